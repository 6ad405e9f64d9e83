package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"gongzhi/internal/act"
)

// acts counts what stands in a matter's record.
func (w *town) acts(n act.Matter) int {
	w.t.Helper()
	list, err := w.house.Ledger.Latest(context.Background(), w.house.Store.Read(), n, math.MaxInt64, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(list)
}

var hiddenID = regexp.MustCompile(`name="_id" value="([^"]+)"`)

// A file that is no roster is refused with a page that says why and what to do; nothing is written.
func TestFilesThatAreNoRoster(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	before := w.acts(act.House)
	type upload struct {
		name, file, content string
		status              int
	}
	tests := []upload{
		{"a picture", "名册.xlsx", "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 200), http.StatusUnsupportedMediaType},
		{"an old workbook", "名册.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), http.StatusUnsupportedMediaType},
		{"a program", "名册.csv", "MZ\x90\x00\x03" + strings.Repeat("\x00", 200), http.StatusUnsupportedMediaType},
		{"a page", "名册.csv", "<!doctype html><html><script>alert(1)</script></html>", http.StatusUnsupportedMediaType},
		{"nothing", "名册.xlsx", "", http.StatusUnprocessableEntity},
		{"a zip that is no workbook", "名册.xlsx", archive(t, "readme.txt", []byte("hello")), http.StatusUnsupportedMediaType},
		{"no column known", "名册.csv", "甲,乙\n1,2\n", http.StatusUnprocessableEntity},
	}
	if !testing.Short() { // the race detector takes minutes to write such files, and sees no more in them
		tests = append(tests,
			upload{"a zip bomb", "名册.xlsx", bomb(t), http.StatusUnsupportedMediaType},
			upload{"a hundred thousand rows", "名册.xlsx", rows(t, 100_000), http.StatusRequestEntityTooLarge})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			started := time.Now()
			status, body, h := v.upload("/desk/imports/roster/roster", tt.file, tt.content)
			if status == http.StatusSeeOther { // what it holds is seen at the preview
				status, body = v.waited(h.Get("Location"))
			}
			if status != tt.status {
				t.Errorf("%d, want %d", status, tt.status)
			}
			if status < 400 || status >= 500 || !strings.Contains(body, `data-errors`) || strings.Contains(body, "<script>alert") {
				t.Errorf("%d: the page does not say what is wrong", status)
			}
			if strings.Contains(body, "⟦") {
				t.Error("words are missing")
			}
			if took := time.Since(started); took > time.Minute {
				t.Errorf("it took %v to say no", took)
			}
		})
	}
	if after := w.acts(act.House); after != before {
		t.Errorf("%d acts were written", after-before)
	}
}

// waited gets a page until it asks for no more.
func (v *visitor) waited(path string) (status int, body string) {
	v.w.t.Helper()
	for range 60 {
		if status, body, _ = v.get(path); !strings.Contains(body, "data-refresh") {
			break
		}
	}
	return status, body
}

func archive(t *testing.T, name string, content []byte) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	f, err := z.Create(name)
	if err == nil {
		_, err = f.Write(content)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// bomb is a workbook whose one sheet is a gigabyte of blanks, in a megabyte.
func bomb(t *testing.T) string {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":         `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>`,
	} {
		f, err := z.Create(name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	blank := bytes.Repeat([]byte(" "), 1<<20)
	for range 1 << 10 {
		if _, err := f.Write(blank); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// rows is a roster of so many rooms.
func rows(t *testing.T, n int) string {
	t.Helper()
	x := excelize.NewFile()
	defer func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	}()
	s, err := x.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetRow("A1", []any{"楼栋", "房号", "建筑面积", "业主姓名"}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := s.SetRow(fmt.Sprintf("A%d", i+2), []any{"1号楼", fmt.Sprint(i), 60.5, "演示甲"}); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := x.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// Answers that cannot be taken come back with what is wrong, and with everything that was typed.
func TestAnswersThatComeBack(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_secretary")
	_, form, _ := v.get("/desk/registers/compound/new")
	long := strings.Repeat("长", 4001)
	for _, tt := range []struct {
		name  string
		field string
		value string
		says  string
	}{
		{"too long", "name", long, "200"},
		{"markup is text", "year_built", `<script>alert("x")</script>`, "&lt;script&gt;"},
		{"nothing where something is wanted", "name", "", "必须填写"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answers := url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}, "_parent": {"community/nyyh"}, "name": {"演示路9号院"}, "address": {"演示路9号"}}
			answers.Set(tt.field, tt.value)
			status, body, _ := v.post("/desk/registers/compound/new", answers)
			if status != http.StatusUnprocessableEntity || !strings.Contains(body, tt.says) {
				t.Errorf("%d, and the page does not say %q", status, tt.says)
			}
			if !strings.Contains(body, "演示路9号") {
				t.Error("the other answers are gone")
			}
			if strings.Contains(body, "<script>alert") {
				t.Error("markup came back as markup")
			}
		})
	}
}

// Two clicks on one form are one submission: both are answered alike, and one row stands.
func TestTwoClicksAreOne(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_secretary")
	_, form, _ := v.get("/desk/registers/compound/new")
	answers := url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}, "_parent": {"community/nyyh"}, "name": {"演示路9号院"}, "address": {"演示路9号"}, "eligible": {"是"}}
	before := w.acts(act.House)
	var where []string
	for range 2 {
		status, _, h := v.post("/desk/registers/compound/new", answers)
		if status != http.StatusSeeOther {
			t.Fatalf("%d", status)
		}
		where = append(where, h.Get("Location"))
	}
	if where[0] != where[1] || w.acts(act.House) != before+1 {
		t.Errorf("two clicks led to %v and wrote %d acts", where, w.acts(act.House)-before)
	}
	// The same for a matter: begun twice by one form, it is one matter.
	id := strings.Split(strings.TrimPrefix(where[0], "/desk/registers/compound/"), "?")[0]
	_, form, _ = v.get("/desk/begin/renovation")
	answers = url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}, "_subject": {id}}
	_, _, one := v.post("/desk/begin/renovation", answers)
	status, _, two := v.post("/desk/begin/renovation", answers)
	if status != http.StatusSeeOther || one.Get("Location") != two.Get("Location") {
		t.Errorf("%d: %s and %s", status, one.Get("Location"), two.Get("Location"))
	}
}

// defect begins a matter whose first step is one form, and gives the form's address and hidden fields.
func (w *town) defect(v *visitor) (form string, hidden url.Values) {
	w.t.Helper()
	_, body, _ := v.get("/desk/begin/defect")
	status, _, h := v.post("/desk/begin/defect", url.Values{
		"_id": {hiddenID.FindStringSubmatch(body)[1]}, "_subject": {compound.ID}, "where_it_is": {"1号楼外墙"}, "what_is_wrong": {"渗水"},
	})
	if status != http.StatusSeeOther {
		w.t.Fatalf("a defect cannot be reported: %d", status)
	}
	form = strings.TrimPrefix(strings.Split(h.Get("Location"), "?")[0], "/desk") + "/do/submit"
	return form, w.formOf(v, form)
}

// formOf gives the hidden fields of a form, as a browser would send them.
func (w *town) formOf(v *visitor, form string) url.Values {
	w.t.Helper()
	status, body, _ := v.get(form)
	if status != http.StatusOK {
		w.t.Fatalf("%s: %d", form, status)
	}
	hidden := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		hidden.Set(m[1], m[2])
	}
	return hidden
}

func with(hidden url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, v := range hidden {
		out[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// Two people end a step at the same moment: one does, the other is told that it is over, and nothing is written twice.
// Who comes later still is told the same.
func TestTwoPeopleCloseAtOnce(t *testing.T) {
	w := newTown(t)
	w.person(context.Background(), "worker2", "community_worker", act.RowID{Register: "community", ID: "nyyh"})
	both := []*visitor{w.signedIn("community_worker"), w.signedIn("worker2")}
	form, hidden := w.defect(both[0])
	answers := [2]url.Values{
		with(hidden, "finding", "no_defect", "finding_reason", "不在保修范围"),
		with(w.formOf(both[1], form), "finding", "no_defect", "finding_reason", "已过保修期"),
	}
	var statuses [2]int
	var bodies [2]string
	var all sync.WaitGroup
	for i, v := range both {
		all.Go(func() { statuses[i], bodies[i], _ = v.post(form, answers[i]) })
	}
	all.Wait()
	won, lost := 0, 1
	if statuses[0] != http.StatusSeeOther {
		won, lost = 1, 0
	}
	if statuses[won] != http.StatusSeeOther || statuses[lost] != http.StatusConflict {
		t.Fatalf("%v, want one done and one told that it is over", statuses)
	}
	if !strings.Contains(bodies[lost], "<main") || strings.Contains(bodies[lost], "⟦") {
		t.Error("the page does not say it in words")
	}
	number := act.Matter(2) // the first is the renovation
	before := w.acts(number)
	if status, _, _ := both[lost].post(form, with(answers[lost], "_id", "01a2074d-f785-75f8-88e1-6a25a5600002")); status != http.StatusConflict {
		t.Errorf("after the end: %d", status)
	}
	if status, _, h := both[won].post(form, answers[won]); status != http.StatusSeeOther { // the back button, and sent once more
		t.Errorf("sent again: %d %s", status, h.Get("Location"))
	}
	if after := w.acts(number); after != before {
		t.Errorf("%d acts were written after the end", after-before)
	}
}

// Text is text: too much of it is refused with what it may be, and markup stays what was typed, on every page.
func TestTextIsText(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	form, hidden := w.defect(v)
	status, body, _ := v.post(form, with(hidden, "finding", "no_defect", "finding_reason", strings.Repeat("长", 4001)))
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "4000") || !strings.Contains(body, strings.Repeat("长", 4001)) {
		t.Errorf("4,001 characters: %d", status)
	}
	const markup = `<img src=x onerror=alert(1)><script>alert(2)</script>`
	if status, _, _ := v.post(form, with(hidden, "finding", "no_defect", "finding_reason", strings.Repeat("长", 3900)+markup)); status != http.StatusSeeOther {
		t.Fatalf("4,000 characters or fewer: %d", status)
	}
	for _, path := range []string{"/matters/2", "/matters/2/record", "/desk/matters/2"} {
		_, body, _ := v.get(path)
		if strings.Contains(body, "<img src=x") || strings.Contains(body, "<script>alert") {
			t.Errorf("%s: markup is shown as markup", path)
		}
	}
	if _, body, _ := v.get("/matters/2/record"); !strings.Contains(body, "&lt;script&gt;alert(2)") {
		t.Error("the record does not show what was typed")
	}
}

// Answers sent after the session has ended are kept over the sign-in, and shown again in their form.
func TestAnswersOutliveTheSession(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	answers := url.Values{"_id": {"01a2074d-f785-75f8-88e1-6a25a560aaaa"}, "_parent": {"community/nyyh"}, "name": {"<b>演示路10号院"}, "address": {"演示路10号"}}
	status, body, _ := v.post("/desk/registers/compound/new", answers)
	if status != http.StatusUnauthorized || !strings.Contains(body, "演示路10号院") || !strings.Contains(body, "填的内容还在") {
		t.Fatalf("%d: the answers are not kept", status)
	}
	kept := url.Values{"login": {"community_secretary"}, "password": {"not-the-password"}}
	for _, m := range regexp.MustCompile(`name="(_kept_[^"]*|_to)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		kept.Set(m[1], strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(m[2]))
	}
	if status, body, _ := v.post("/sign-in", kept); status != http.StatusForbidden || !strings.Contains(body, "演示路10号院") {
		t.Fatalf("%d: a wrong password loses the answers", status)
	}
	kept.Set("password", password)
	status, body, _ = v.post("/sign-in", kept)
	if status != http.StatusOK || !strings.Contains(body, `action="/desk/registers/compound/new"`) || strings.Contains(body, password) {
		t.Fatalf("%d: signed in, and no way on", status)
	}
	on := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		on.Set(m[1], strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(m[2]))
	}
	before := w.acts(act.House)
	status, body, _ = v.post("/desk/registers/compound/new", on)
	if status != http.StatusOK || !strings.Contains(body, `value="演示路10号"`) || !strings.Contains(body, "&lt;b&gt;演示路10号院") {
		t.Errorf("%d: the form does not show the answers", status)
	}
	if w.acts(act.House) != before {
		t.Error("going on has written something")
	}
	// An address elsewhere is not followed.
	kept.Set("_to", "https://elsewhere.example/x")
	if _, body, _ := v.post("/sign-in", kept); strings.Contains(body, "elsewhere") {
		t.Error("answers can be led to another site")
	}
}
