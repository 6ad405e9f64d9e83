package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
)

var keptPhoto = regexp.MustCompile(`name="_file_photos_0" value="([0-9a-f]{64})"`)

// Knowing the digest of a file lets nobody name it: neither to publish what somebody else sent, nor to come to read it by an
// answer of one's own. A digest that names nothing is refused in the same words, so they do not tell what is kept here.
func TestAFileIsNamedByWhoSentIt(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	v := w.visitor()
	_, body, _ := v.get("/begin/problem")
	form := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}})
	_, body, _ = v.sendFiles("/begin/problem", form, map[string][]byte{"photos": white(100, 3)})
	kept := keptPhoto.FindStringSubmatch(body)
	if kept == nil {
		t.Fatalf("the page to look it over does not carry the photograph: %s", body)
	}
	hash, unknown := kept[1], string(act.Sum([]byte("nothing")))
	uses := func() int {
		return len(must(w.house.Ledger.FileUses(t.Context(), w.house.Store.Read(), act.Digest(hash))))
	}

	// Before it is sent, another report names it.
	other := w.visitor()
	_, body, _ = other.get("/begin/problem")
	theft := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}, "_stage": {"send"}, "words": {"演示：别人的照片"}})
	said := map[string]string{}
	for _, name := range []string{hash, unknown, "../../etc/passwd", ""} {
		theft.Set("_file_photos_0", name)
		status, body, _ := other.post("/begin/problem", theft)
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "不是您上传的") || !strings.Contains(body, "演示：别人的照片") {
			t.Errorf("another report names %.8q: %d %s", name, status, body)
		}
		said[name] = body
	}
	if strings.ReplaceAll(said[hash], hash, "") != strings.ReplaceAll(said[unknown], unknown, "") {
		t.Error("the answer tells a file that is kept from one that is not")
	}
	form.Set("_stage", "send")
	form.Set("_file_photos_0", hash)
	if status, body, _ := v.post("/begin/problem", form); status != http.StatusSeeOther || uses() != 1 {
		t.Fatalf("who sent it: %d, in %d answers: %s", status, uses(), body)
	}

	// A question whose answer is public, and that covers nothing.
	receipt := must(w.house.Desk.Begin(t.Context(), w.actor("street_office"), "work_package", act.RowID{Register: "building", ID: "y1b1"}, step.Submission{ID: "begin-package-1"}))
	do := fmt.Sprintf("/matters/%d/do/submit", receipt.Matter)
	supervisor := w.signedIn("supervisor")
	briefing := func(id, name string) url.Values {
		return url.Values{"_id": {"briefing-" + id}, "_step": {"briefing"}, "scope_of_work": {"演示：做井道"}, "_stage": {"send"}, "_file_safety_plan_0": {name}}
	}
	for i, name := range []string{hash, unknown} {
		status, body, _ := supervisor.post(do, briefing(fmt.Sprint("stolen-", i), name))
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, "不是您上传的") || !strings.Contains(body, "演示：做井道") {
			t.Errorf("a public answer names another's file: %d %s", status, body)
		}
	}
	if status, _, _ := w.visitor().get("/files/" + hash); status != http.StatusNotFound || uses() != 1 {
		t.Errorf("the photograph of somebody else: %d, in %d answers", status, uses())
	}
	if status, _, _ := supervisor.post("/desk/together", url.Values{"_id": {"0192f0c0-0000-7000-8000-000000000001"}, "_same": {"work_package.briefing.submit"}, "row": {fmt.Sprint(int64(receipt.Matter))}, "_stage": {"send"}, "_file_safety_plan_0": {hash}}); status == http.StatusOK && uses() != 1 {
		t.Error("for several matters at once it is taken")
	}
	own := briefing("own", "")
	own.Del("_file_safety_plan_0")
	if status, body, _ := supervisor.sendFiles(do, own, map[string][]byte{"safety_plan": white(60, 5)}); status != http.StatusSeeOther {
		t.Errorf("their own file: %d %s", status, body)
	}
}

// A file that cannot be taken costs nobody what they wrote, nor the other photographs; the form says what to do.
func TestAFileThatIsNotTakenLosesNothing(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	v := w.visitor()
	_, body, _ := v.get("/begin/problem")
	form := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}, "words": {"演示：写了很久的话"}})
	heic := []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	for name, tt := range map[string]struct {
		raw  []byte
		want string
	}{"HEIC": {heic, "HEIC 格式"}, "a program": {[]byte("MZ\x90\x00\x03"), "格式不能收"}, "nothing": {nil, "空文件"}} {
		status, body, _ := v.sendFiles("/begin/problem", form, map[string][]byte{"photos": tt.raw})
		if status != http.StatusUnprocessableEntity || !strings.Contains(body, tt.want) || !strings.Contains(body, "演示：写了很久的话") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	// What was sent with it stays, and goes along the next time.
	_, body, _ = v.sendFiles("/begin/problem", form, map[string][]byte{"photos": white(100, 3)})
	kept := keptPhoto.FindStringSubmatch(body)
	if kept == nil {
		t.Fatal("the photograph is not carried along")
	}
	form.Set("_file_photos_0", kept[1])
	status, body, _ := v.sendFiles("/begin/problem", form, map[string][]byte{"photos": heic})
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, `type="checkbox"`) || !strings.Contains(body, kept[1]) {
		t.Errorf("with one that is taken: %d", status)
	}
}

// Where a method publishes covered pictures, nothing else is published: not a picture that nobody has looked over, though whoever
// answers took it themselves, nor a copy that was made in another matter.
func TestOnlyWhatWasLookedOverIsPublished(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	worker := w.signedIn("community_worker")
	covered := func(at int) (n act.Matter, copied string) {
		v := w.visitor()
		_, body, _ := v.get("/begin/problem")
		form := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}, "_stage": {"send"}})
		v.sendFiles("/begin/problem", form, map[string][]byte{"photos": white(100, at)})
		n, _ = w.newest()
		sealed := fmt.Sprintf("/desk/matters/%d/sealed?step=", n)
		worker.post(sealed, url.Values{"purpose": {"handle_matter"}})
		_, body, _ = worker.get(sealed)
		cover := coverHref.FindString(body)
		if cover == "" {
			t.Fatalf("no picture to cover: %s", body)
		}
		for _, patch := range []string{"0,0,100,100", "0,0,500,500"} { // the first try missed something
			if status, _, _ := worker.post(cover, url.Values{"patches": {patch}}); status != http.StatusSeeOther {
				t.Fatalf("covered: %d", status)
			}
		}
		_, body, _ = worker.get(fmt.Sprintf("/matters/%d/do/submit", n))
		offered := regexp.MustCompile(`name="_file_public_photos_[0-9]+" value="([0-9a-f]{64})"`).FindAllStringSubmatch(body, -1)
		if len(offered) != 1 {
			t.Fatalf("%d copies of one picture are offered", len(offered))
		}
		if strings.Contains(body, `name="public_photos"`) {
			t.Error("a picture that nobody has looked over may be sent")
		}
		return n, offered[0][1]
	}
	_, elsewhere := covered(80)
	n, copied := covered(90)
	do := fmt.Sprintf("/matters/%d/do/submit", n)
	answer := func(id string, names ...string) url.Values {
		form := url.Values{"_id": {"accept-looked-" + id}, "_step": {"accept"}, "acceptance": {"accepted"}, "account": {"演示：有垃圾"}}
		for i, name := range names {
			form.Set(fmt.Sprint("_file_public_photos_", i), name)
		}
		return form
	}
	if status, body, _ := worker.sendFiles(do, answer("fresh"), map[string][]byte{"public_photos": white(100, 9)}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "还没有人看过") || !strings.Contains(body, "演示：有垃圾") {
		t.Errorf("a picture that nobody has looked over: %d %s", status, body)
	}
	if status, _, _ := worker.post(do, answer("elsewhere", copied, elsewhere)); status != http.StatusUnprocessableEntity {
		t.Errorf("a copy of another matter: %d", status)
	}
	if status, body, _ := worker.post(do, answer("right", copied)); status != http.StatusSeeOther {
		t.Fatalf("the copy: %d %s", status, body)
	}
	for hash, want := range map[string]int{copied: http.StatusOK, elsewhere: http.StatusNotFound} {
		if status, _, _ := w.visitor().get("/files/" + hash); status != want {
			t.Errorf("%.8s: %d, want %d", hash, status, want)
		}
	}
}
