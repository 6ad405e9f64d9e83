package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/verify"
)

var codeField = regexp.MustCompile(`name="_code" value="([A-Z2-7]{16})"`)

// report fills in the form of a problem without an account and sends it, with more or other answers. It gives the code of
// the receipt.
func (v *visitor) report(more url.Values) string {
	v.w.t.Helper()
	_, body, _ := v.get("/begin/problem")
	found := codeField.FindStringSubmatch(body)
	if found == nil {
		v.w.t.Fatalf("the form gives no code: %s", body)
	}
	form := problem(more)
	form.Set("_code", found[1])
	form.Set("_stage", "send")
	status, body, h := v.post("/begin/problem", form)
	if status != http.StatusSeeOther || h.Get("Location") != "/r/"+found[1] {
		v.w.t.Fatalf("%d, to %q: %s", status, h.Get("Location"), body)
	}
	return found[1]
}

func problem(more url.Values) url.Values {
	form := url.Values{
		"_subject": {"nyyh"}, "category": {"litter"}, "place": {"演示路口"}, "spot": {"113.6123456,34.7480000"}, "words": {"演示：有垃圾"}, "openness": {"public"},
	}
	for k, v := range more {
		form[k] = v
	}
	return form
}

// newest is the matter that was begun last, and its acts.
func (w *town) newest() (act.Matter, []act.Act) {
	w.t.Helper()
	list := must(w.house.Ledger.Matters(context.Background(), w.house.Store.Read()))
	last := list[0]
	for _, n := range list {
		last = max(last, n)
	}
	return last, must(w.house.Ledger.Acts(context.Background(), w.house.Store.Read(), last, 0))
}

// as has somebody submit something to a matter.
func (w *town) as(login string, n act.Matter, verb string, values map[string]string) {
	w.t.Helper()
	s := step.Submission{ID: fmt.Sprintf("%s-%d-%s-%d", login, n, verb, w.clock.Now().UnixNano()), Verb: verb, Values: map[string][]string{}}
	for k, v := range values {
		s.Values[k] = []string{v}
	}
	w.clock.Advance(time.Second)
	if _, err := w.house.Desk.Submit(context.Background(), w.actor(login), n, s); err != nil {
		w.t.Fatalf("%s %s: %v", login, verb, err)
	}
}

// handled takes a problem from its report to the question whether its reporter is satisfied.
func (w *town) handled(n act.Matter) {
	w.t.Helper()
	w.as("community_worker", n, "submit", map[string]string{"acceptance": "accepted", "account": "演示路口有垃圾"})
	w.as("grid_worker", n, "submit", map[string]string{"finding": "real", "found": "属实"})
	w.as("dispatcher", n, "approve", nil)
	w.cleaned(n)
}

func (w *town) cleaned(n act.Matter) {
	w.t.Helper()
	w.as("cleaning_team", n, "finish", map[string]string{"done_how": "已清运"})
	w.as("problem_checker", n, "sheet", map[string]string{"dealt_with": "pass"})
	w.as("dispatcher", n, "submit", map[string]string{"reply": "已清运"})
}

func (w *town) at(n act.Matter) (key string) {
	w.t.Helper()
	err := w.house.Desk.Read(context.Background(), n, func(_ context.Context, _ store.Q, st desk.Standing) error {
		key = st.Run.Step
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return key
}

// Somebody without an account reports, comes back with the code, is not satisfied, sees it taken up again, and is
// satisfied then. Nothing says who they are, no other code opens it, and the public record is whole.
func TestReportWithoutAccount(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	code := v.report(nil)
	n, acts := w.newest()
	by := acts[0].By
	if by.Role != "passer_by" || by.Mandate != "" || !strings.HasPrefix(string(by.Person), "slip-") || strings.Contains(string(by.Person)+acts[0].Submission, code) {
		t.Errorf("begun by %+v as %s", by, acts[0].Submission)
	}
	var begun act.Start
	if err := json.Unmarshal(acts[0].Body, &begun); err != nil {
		t.Fatal(err)
	}
	if begun.Facts["signature"] != "anonymous" || begun.Facts["spot"] != "113.612300,34.748000" {
		t.Errorf("recorded as %v", begun.Facts)
	}
	if status, body, _ := v.get("/r/" + strings.ToLower(code)); status != http.StatusOK || !strings.Contains(body, fmt.Sprintf("/matters/%d", n)) {
		t.Errorf("the receipt: %d %s", status, body)
	}
	w.handled(n)
	other := w.visitor()
	otherCode := other.report(url.Values{"category": {"posters"}})
	grade := fmt.Sprintf("/matters/%d/do/answer", n)
	answer := url.Values{"_id": {"grade-problem-1"}, "_step": {"grade"}, "_stage": {"send"}, "mark": {"1"}, "grade_reason": {"演示：没扫干净"}}
	for name, who := range map[string]*visitor{"another receipt": other, "nobody": w.visitor(), "resident in another capacity": w.signedIn("grid_worker")} {
		if status, body, _ := who.post(grade, answer); status < 400 && !strings.Contains(body, "sign-in") {
			t.Errorf("%s may grade: %d", name, status)
		}
		if _, body, _ := who.get(fmt.Sprintf("/matters/%d", n)); strings.Contains(body, grade) && name != "nobody" {
			t.Errorf("%s is offered the grade", name)
		}
	}
	back := w.visitor() // another browser, with nothing but the code
	_, _, h := back.get("/check?receipt=" + url.QueryEscape(strings.ToLower(code[:4]+" "+code[4:8]+"-"+code[8:])))
	if h.Get("Location") != "/r/"+code {
		t.Errorf("the code leads to %q", h.Get("Location"))
	}
	if _, body, _ := back.get("/r/" + code); !strings.Contains(body, grade) {
		t.Error("the receipt does not ask for the grade")
	}
	if status, _, h := back.post(grade, answer); status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/receipts/") {
		t.Fatalf("graded: %d", status)
	}
	if got := w.at(n); got != "handle" {
		t.Fatalf("after a bad grade it stands at %q", got)
	}
	w.cleaned(n)
	answer = url.Values{"_id": {"grade-problem-2"}, "_step": {"grade"}, "_stage": {"send"}, "mark": {"5"}}
	if status, _, _ := back.post(grade, answer); status != http.StatusSeeOther {
		t.Fatalf("graded again: %d", status)
	}
	if m, _, err := w.house.Docket.Find(t.Context(), w.house.Store.Read(), n); err != nil || m.Result != "resolved" {
		t.Errorf("it ended as %q, %v", m.Result, err)
	}
	// The device forgets on demand.
	back.post("/r", nil)
	if status, _, h := back.get(grade); status != http.StatusSeeOther || !strings.HasPrefix(h.Get("Location"), "/sign-in") {
		t.Errorf("after leaving: %d", status)
	}
	if status, _, _ := w.visitor().get("/r/" + otherCode[:15] + "2"); status != http.StatusNotFound && otherCode[15] != '2' {
		t.Errorf("a code that is one letter off: %d", status)
	}
	w.verifies()
}

// verifies holds the public bundle of the log against itself.
func (w *town) verifies() {
	w.t.Helper()
	files := fstest.MapFS{}
	err := w.house.Export(context.Background(), false, func(path string, data []byte) error {
		files[path] = &fstest.MapFile{Data: data}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := verify.Bundle(files, verify.Options{})
	for _, f := range r.Findings {
		if f.Code != "mandate.unknown" || strings.HasPrefix(f.Why, " ") { // the mandates of this town were given by no act
			w.t.Errorf("the record does not verify: %+v", f)
		}
	}
	if err != nil || r.Size < 30 {
		w.t.Errorf("the record does not verify: %v, %d entries", err, r.Size)
	}
}

// A private report without an account is for whoever has its code, and for those who handle it.
func TestPrivateReportWithoutAccount(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	code := v.report(url.Values{"openness": {"private"}, "place": {hushed[0]}})
	n, _ := w.newest()
	at := fmt.Sprintf("/matters/%d", n)
	if status, _, _ := v.get(at); status != http.StatusNotFound {
		t.Errorf("before the receipt was opened: %d", status)
	}
	v.get("/r/" + code)
	if status, _, _ := v.get(at); status != http.StatusOK {
		t.Errorf("with the code: %d", status)
	}
	for name, who := range map[string]*visitor{"nobody": w.visitor(), "owner": w.signedIn("building_head"), "dispatcher": w.signedIn("dispatcher")} {
		want := http.StatusNotFound
		if name == "dispatcher" {
			want = http.StatusOK
		}
		if status, _, _ := who.get(at); status != want {
			t.Errorf("%s: %d", name, status)
		}
	}
	// It is no hint to anybody, be it on the very spot.
	_, body, _ := w.visitor().post("/begin/problem", withCode(problem(nil)))
	if strings.Contains(body, at) || strings.Contains(body, hushed[0]) {
		t.Error("a private report is shown to whoever reports nearby")
	}
	w.verifies()
}

func withCode(form url.Values) url.Values {
	form.Set("_code", "ABCDEFGHABCDEFGH")
	return form
}

// Before a report is sent, the open ones of its kind close by are shown, nearest first, and no others.
func TestNearbyReportsAreShownFirst(t *testing.T) {
	w := newTown(t)
	first := map[string]act.Matter{}
	for _, x := range []struct{ name, spot, category string }{
		{"near", "113.6126,34.7480", "litter"}, {"nearest", "113.6124,34.7480", "litter"}, {"far", "113.6140,34.7480", "litter"},
		{"other kind", "113.6124,34.7480", "posters"}, {"no place", "", "litter"}, {"done", "113.6124,34.7480", "litter"},
	} {
		w.visitor().report(url.Values{"spot": {x.spot}, "category": {x.category}})
		first[x.name], _ = w.newest()
	}
	w.as("community_worker", first["done"], "submit", map[string]string{"acceptance": "not_ours", "account": "演示：不受理"})
	ask := func(v *visitor, more url.Values) string {
		status, body, _ := v.post("/begin/problem", withCode(problem(more)))
		if status != http.StatusOK || !strings.Contains(body, `value="send"`) {
			t.Fatalf("no page to look it over: %d %s", status, body)
		}
		return body
	}
	shown := func(body, name string) int {
		return strings.Index(body, fmt.Sprintf(`href="/matters/%d"`, first[name]))
	}
	body := ask(w.visitor(), nil)
	if a, b := shown(body, "nearest"), shown(body, "near"); a < 0 || b < a {
		t.Errorf("nearest at %d, near at %d", a, b)
	}
	for _, name := range []string{"far", "other kind", "no place", "done"} {
		if shown(body, name) >= 0 {
			t.Errorf("%s is shown", name)
		}
	}
	body = ask(w.visitor(), url.Values{"spot": {""}}) // without a place: those of the same community
	for name, want := range map[string]bool{"nearest": true, "far": true, "no place": true, "other kind": false, "done": false} {
		if got := shown(body, name) >= 0; got != want {
			t.Errorf("without a place, %s is shown: %v", name, got)
		}
	}
	if strings.Contains(ask(w.visitor(), url.Values{"spot": {""}, "_subject": {"bishagang"}}), "/matters/") {
		t.Error("another community's are shown")
	}
	w.clock.Advance(91 * 24 * time.Hour)
	if shown(ask(w.visitor(), nil), "nearest") >= 0 {
		t.Error("one of three months ago is shown")
	}
}

// A flood from one address is held off before anything of it is kept; others go on.
// A phone that keeps what was filled in asks what is near before it sends: it is shown, photographs stay there, and nothing
// begins by looking.
func TestAPhoneLooksItOverFirst(t *testing.T) {
	w := newTown(t)
	w.visitor().report(nil)
	n, before := w.newest()
	v := w.signedIn("grid_worker")
	_, form, _ := v.get("/begin/problem")
	if !strings.Contains(form, "data-look") || !strings.Contains(form, `data-offline="go"`) {
		t.Fatalf("the form of whoever works outside: %s", form)
	}
	if _, form, _ := w.visitor().get("/begin/problem"); strings.Contains(form, "data-look") {
		t.Error("whoever is led to the check anyway looks twice")
	}
	looked := problem(url.Values{"signature": {"named"}, "_stage": {"look"}, "_id": {"look-over-1"}})
	status, body, _ := v.post("/begin/problem", looked)
	if status != http.StatusOK || !strings.Contains(body, fmt.Sprintf("/matters/%d", n)) || !strings.Contains(body, `class="check"`) {
		t.Errorf("looked over: %d %s", status, body)
	}
	looked.Set("category", "nothing")
	if status, _, _ := v.post("/begin/problem", looked); status != http.StatusUnprocessableEntity {
		t.Errorf("with a category that is none: %d", status)
	}
	looked = problem(url.Values{"signature": {"named"}, "_stage": {"look"}, "_id": {"look-over-2"}, "words": {""}})
	if status, _, _ := v.post("/begin/problem", looked); status != http.StatusUnprocessableEntity {
		t.Errorf("with a question left open: %d", status)
	}
	if after, acts := w.newest(); after != n || len(acts) != len(before) {
		t.Errorf("looking began matter %d", after)
	}
}

func TestReportsWithoutAccountAreLimited(t *testing.T) {
	w := newTown(t)
	v := w.visitor()
	for i := range 70 {
		status, _, _ := v.post("/begin/problem", withCode(problem(url.Values{"category": {"nothing"}})))
		if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusTooManyRequests}[i < 60]; status != want {
			t.Fatalf("report %d: %d, want %d", i+1, status, want)
		}
	}
	resident := w.signedIn("community_worker")
	form := problem(url.Values{"_id": {"report-signed-in-1"}, "_stage": {"send"}, "signature": {"named"}})
	if status, body, _ := resident.post("/begin/problem", form); status != http.StatusSeeOther {
		t.Errorf("with an account: %d %s", status, body)
	}
	w.clock.Advance(2 * time.Minute)
	v.report(nil)
}

// What is no form of ours is refused in words and leaves nothing.
func TestHostileReports(t *testing.T) {
	w := newTown(t)
	before, _ := w.newest()
	for name, form := range map[string]url.Values{
		"no code": problem(nil), "a code that is none": problem(url.Values{"_code": {"../../etc"}}), "another method": withCode(problem(nil)),
		"a question not asked":     withCode(problem(url.Values{"_stage": {"send"}, "nothing_like_it": {"1"}})),
		"nowhere":                  withCode(problem(url.Values{"_stage": {"send"}, "_subject": {"no-such"}})),
		"no place at all":          withCode(problem(url.Values{"_stage": {"send"}, "_subject": {""}, "spot": {""}})),
		"off the earth":            withCode(problem(url.Values{"_stage": {"send"}, "spot": {"1e9,999"}})),
		"control characters":       withCode(problem(url.Values{"_stage": {"send"}, "place": {"a\x00b"}})),
		"a signature of one's own": withCode(problem(url.Values{"_stage": {"send"}, "signature": {"named"}, "_as": {"m-1"}})),
	} {
		path := "/begin/problem"
		if name == "another method" {
			path = "/begin/renovation"
		}
		status, body, _ := w.visitor().post(path, form)
		if status < 400 || status >= 500 || strings.Contains(body, "⟦") {
			t.Errorf("%s: %d", name, status)
		}
	}
	if after, _ := w.newest(); after != before {
		t.Errorf("something was recorded: %d", after)
	}
	for _, code := range []string{"AAAA", "%2e%2e", strings.Repeat("A", 17), "ABCDEFGHABCDEFG9"} {
		if status, _, _ := w.visitor().get("/r/" + code); status != http.StatusNotFound {
			t.Errorf("/r/%s: %d", code, status)
		}
	}
}

// The code behind a board leads to the form with the section, and with the community it lies in.
func TestReportFromABoard(t *testing.T) {
	w := newTown(t)
	s := w.section("yanshi-n")
	v := w.visitor()
	_, body, _ := v.get("/places/" + s.String())
	if !strings.Contains(body, "/begin/problem?section=yanshi-n") {
		t.Fatal("the page of a section does not lead to the form")
	}
	_, body, _ = v.get("/begin/problem?section=yanshi-n")
	for _, want := range []string{`value="yanshi-n" selected`, `value="nyyh" selected`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not stand there", want)
		}
	}
	if strings.Contains(body, "cover_2007") {
		t.Error("a code of an older generation is offered")
	}
}

// section adds a section of road.
func (w *town) section(id string) act.RowID {
	w.t.Helper()
	row := act.RowID{Register: "road_section", ID: id}
	set := book.Set{On: calendar.DateOf(w.clock.Now()), Entries: []register.Entry{{ID: row, Parent: nyyh, Values: map[string]any{"name": "演示路北段"}}}}
	if _, err := w.house.Change(context.Background(), act.By{Role: act.HouseItself}, "add-"+id, "registers/road_section.yaml", set); err != nil {
		w.t.Fatal(err)
	}
	return row
}

// A resident is told what becomes of their report, each thing once, and that a grade is wanted; they may stop it. Another
// follows it, and nobody is shown who follows.
func TestAReportIsFollowed(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	w.person(ctx, "resident", "resident", part)
	w.person(ctx, "neighbour", "owner", part)
	v, other := w.signedIn("resident"), w.signedIn("neighbour")
	form := problem(url.Values{"_id": {"report-resident-1"}, "_stage": {"send"}, "signature": {"named"}})
	if status, body, _ := v.post("/begin/problem", form); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	n, _ := w.newest()
	at := fmt.Sprintf("/matters/%d", n)
	if status, _, h := other.post(at+"/follow", nil); status != http.StatusSeeOther || h.Get("Location") != at {
		t.Fatalf("following: %d", status)
	}
	other.post(at+"/follow", nil) // twice is once
	for name, want := range map[string]bool{"/unfollow": true, "/follow": false} {
		if _, body, _ := other.get(at); strings.Contains(body, `action="`+at+name+`"`) != want {
			t.Errorf("%s is offered: %v", name, !want)
		}
	}
	told := func(who *visitor) (list []string) {
		for {
			n := must(w.house.Outbox.Spread(ctx, w.house.Store))
			if n == 0 {
				break
			}
		}
		_, body, _ := who.get("/me/notifications")
		for _, m := range noteWords.FindAllStringSubmatch(body, -1) {
			list = append(list, m[1])
		}
		return list
	}
	w.handled(n)
	// Filed, dispatched, checked, closed, and then, for whoever reported it, the question in place of the step.
	if got := told(v); len(got) != 6 || !strings.Contains(got[0], "有新的事要办（满意度）") {
		t.Errorf("the reporter was told %q", got)
	}
	if got := told(other); len(got) != 6 || !strings.Contains(got[0], "办到了“满意度”") {
		t.Errorf("the follower was told %q", got)
	}
	if _, body, _ := other.get("/me"); !strings.Contains(body, at) {
		t.Error("what one follows does not stand on one's page")
	}
	for _, who := range []*visitor{v, w.visitor(), w.signedIn("dispatcher")} {
		if _, body, _ := who.get(at); strings.Contains(body, "neighbour") {
			t.Error("a follower is named")
		}
	}
	other.post(at+"/unfollow", nil)
	if status, _, _ := v.post(at+"/do/answer", url.Values{"_id": {"grade-resident-1"}, "_step": {"grade"}, "_stage": {"send"}, "mark": {"2"}}); status != http.StatusSeeOther {
		t.Fatalf("grade: %d", status)
	}
	if got := w.at(n); got != "handle" {
		t.Errorf("after a bad grade it stands at %q", got)
	}
	if got := told(other); len(got) != 6 {
		t.Errorf("after leaving, the follower was told %q", got)
	}
	if status, _, _ := w.visitor().post(at+"/follow", nil); status != http.StatusUnauthorized {
		t.Errorf("following without an account: %d", status)
	}
	w.verifies()
}

// Nobody follows a private matter but whoever began it; others are told that it is not there.
func TestPrivateReportsAreFollowedByTheirReporter(t *testing.T) {
	w := newTown(t)
	w.person(t.Context(), "resident", "resident", part)
	n := w.private()
	for login, want := range map[string]int{"building_head": http.StatusNotFound, "problem_checker": http.StatusForbidden, "resident": http.StatusSeeOther} {
		if status, _, _ := w.signedIn(login).post(fmt.Sprintf("/matters/%d/follow", n), nil); status != want {
			t.Errorf("%s: %d, want %d", login, status, want)
		}
	}
	w.as("grid_worker", n, "submit", map[string]string{"finding": "real", "found": "属实"})
	for range 3 {
		must(w.house.Outbox.Spread(t.Context(), w.house.Store))
	}
	for _, login := range []string{"building_head", "problem_checker"} {
		if _, body, _ := w.signedIn(login).get("/me/notifications"); strings.Contains(body, "办到了") {
			t.Errorf("%s is told of it", login)
		}
	}
	if _, body, _ := w.signedIn("resident").get("/me/notifications"); !strings.Contains(body, "办到了") {
		t.Error("whoever reported it is told nothing")
	}
}

var noteWords = regexp.MustCompile(`<span><b>([^<]+：[^<]+)</b>`)

// The public map has every open public report once, as a dot or as a row, cuts it as asked, and never a private one.
func TestPublicMapOfReports(t *testing.T) {
	w := newTown(t)
	numbers := map[string]act.Matter{}
	for _, x := range []struct{ name, spot, category, subject, openness string }{
		{"a", "113.6124,34.7480", "litter", "nyyh", "public"}, {"b", "113.6124,34.7480", "posters", "nyyh", "public"},
		{"far", "113.7000,34.8000", "litter", "bishagang", "public"}, {"no place", "", "litter", "nyyh", "public"},
		{"done", "113.6124,34.7480", "litter", "nyyh", "public"}, {"hidden", "113.6124,34.7480", "litter", "nyyh", "private"},
	} {
		w.visitor().report(url.Values{"spot": {x.spot}, "category": {x.category}, "_subject": {x.subject}, "openness": {x.openness}})
		numbers[x.name], _ = w.newest()
	}
	w.as("community_worker", numbers["done"], "submit", map[string]string{"acceptance": "not_ours", "account": "演示：不受理"})
	for query, want := range map[string][]string{
		"": {"a", "b", "far", "no place"}, "?category=litter": {"a", "far", "no place"}, "?under=bishagang": {"far"}, "?state=closed": {"done"},
		"?box=1136100000,347400000,1136200000,347500000": {"a", "b"}, "?box=nonsense": {"a", "b", "far", "no place"}, "?category=none": {},
	} {
		for _, v := range []*visitor{w.visitor(), w.signedIn("dispatcher")} {
			status, body, _ := v.get("/map/problem" + query)
			if status != http.StatusOK || strings.Contains(body, "⟦") {
				t.Fatalf("%s: %d %s", query, status, missing.FindString(body))
			}
			for name, n := range numbers {
				if got := strings.Contains(body, fmt.Sprintf(`href="/matters/%d"`, n)); got != slices.Contains(want, name) {
					t.Errorf("%s: %s is listed: %v", query, name, got)
				}
			}
		}
	}
	if _, body, _ := w.visitor().get("/map/problem"); !strings.Contains(body, "box=") {
		t.Error("what lies together does not lead closer")
	}
	for _, path := range []string{"/map/renovation", "/map/nothing"} {
		if status, _, _ := w.visitor().get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}
