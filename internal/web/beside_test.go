package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/act"
)

// Whoever reported something adds to it while it is open, with nothing but the code; it moves the matter nowhere, only those
// who handle it read it, and its photographs are covered before they are public.
func TestAReportIsAddedTo(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	code := w.visitor().report(nil)
	n, before := w.newest()
	add := fmt.Sprintf("/matters/%d/do/beside.add", n)
	said := func(id, words string) url.Values {
		return url.Values{"_id": {"beside-add-" + id}, "_step": {"accept"}, "_stage": {"send"}, "more_words": {words}}
	}
	other := w.visitor()
	other.report(url.Values{"category": {"posters"}})
	for name, who := range map[string]*visitor{"nobody": w.visitor(), "another receipt": other, "a worker": w.signedIn("community_worker"), "a resident": w.signedIn("resident")} {
		if status, _, h := who.post(add, said("others", "演示：不是我反映的")); status < 400 && !strings.HasPrefix(h.Get("Location"), "/sign-in") {
			t.Errorf("%s may add to it: %d", name, status)
		}
		if _, body, _ := who.get(fmt.Sprintf("/matters/%d", n)); strings.Contains(body, add) {
			t.Errorf("%s is offered to add to it", name)
		}
	}
	v := w.visitor()
	if _, body, _ := v.get("/r/" + code); !strings.Contains(body, add) {
		t.Fatal("the receipt does not offer to add anything")
	}
	if status, body, _ := v.post(add, said("empty", "")); status != http.StatusUnprocessableEntity || !strings.Contains(body, "什么也没有写") {
		t.Errorf("with nothing: %d", status)
	}
	const secret = "演示：后门还有一处堆放"
	looked := said("1", secret)
	looked.Del("_stage")
	if _, body, _ := v.post(add, looked); !strings.Contains(body, secret) || !strings.Contains(body, `value="send"`) {
		t.Error("it is not shown to be looked over")
	}
	picture := white(100, 3)
	if status, body, _ := v.sendFiles(add, said("1", secret), map[string][]byte{"more_photos": picture}); status != http.StatusSeeOther {
		t.Fatalf("added: %d %s", status, body)
	}
	if where := w.at(n); where != "accept" {
		t.Errorf("adding moved it to %q", where)
	}
	acts := must(w.house.Ledger.Acts(t.Context(), w.house.Store.Read(), n, 0))
	last := acts[len(acts)-1]
	if len(acts) != len(before)+1 || last.Kind != act.Added || last.Basis.Clause != "methods/problem.yaml#beside.add" || strings.Contains(string(last.Body), "后门") {
		t.Fatalf("recorded as %d more acts, %s %s %s", len(acts)-len(before), last.Kind, last.Basis.Clause, last.Body)
	}
	for _, path := range []string{"", "/record"} {
		if _, body, _ := w.visitor().get(fmt.Sprintf("/matters/%d%s", n, path)); strings.Contains(body, secret) {
			t.Errorf("the public reads it at %q", path)
		}
	}
	worker := w.signedIn("community_worker")
	if _, body, _ := worker.get(fmt.Sprintf("/desk/matters/%d", n)); !strings.Contains(body, "在办期间补充的") || !strings.Contains(body, "1 次") {
		t.Error("whoever handles it is not shown that something was added")
	}
	sealed := fmt.Sprintf("/desk/matters/%d/sealed?step=", n)
	worker.post(sealed, url.Values{"purpose": {"handle_matter"}})
	_, body, _ := worker.get(sealed)
	found := coverHref.FindStringSubmatch(body)
	if found == nil || !strings.Contains(body, secret) || !strings.Contains(body, "补充的情况") {
		t.Fatalf("whoever handles it cannot read it: %s", body)
	}
	// Once it was accepted, what was added becomes public by itself, as a covered copy and never as it was sent.
	worker.post(fmt.Sprintf("/matters/%d/do/submit", n), url.Values{"_id": {"beside-accept"}, "_step": {"accept"}, "acceptance": {"accepted"}, "account": {"演示：有垃圾"}})
	publish := fmt.Sprintf("/matters/%d/do/beside.publish", n)
	if _, _, h := worker.post(found[0], url.Values{"patches": {"0,0,500,500"}}); h.Get("Location") != publish {
		t.Fatalf("the covered copy leads to %s", h.Get("Location"))
	}
	_, body, _ = worker.get(publish)
	copied := regexp.MustCompile(`name="_file_more_public_photos_0" value="([0-9a-f]{64})"`).FindStringSubmatch(body)
	if copied == nil {
		t.Fatal("the covered copy is not offered")
	}
	if status, _, _ := worker.post(publish, url.Values{"_id": {"beside-publish-1"}, "_file_more_public_photos_0": {found[1]}}); status != http.StatusUnprocessableEntity {
		t.Errorf("the original: %d", status)
	}
	if status, body, _ := worker.post(publish, url.Values{"_id": {"beside-publish-2"}, "_file_more_public_photos_0": {copied[1]}}); status != http.StatusSeeOther {
		t.Fatalf("the copy: %d %s", status, body)
	}
	if status, _, _ := w.visitor().get("/files/" + copied[1]); status != http.StatusOK {
		t.Errorf("the copy is not public: %d", status)
	}
	if status, _, _ := w.visitor().get("/files/" + found[1]); status == http.StatusOK {
		t.Error("the original is public")
	}
	for i := range 5 { // one was sent already: the fifth more is too many
		status, body, _ := v.post(add, said(fmt.Sprint("more-", i), "演示：再补一句"))
		if taken := status == http.StatusSeeOther; taken != (i < 4) || !taken && !strings.Contains(body, "最多 5 次") {
			t.Errorf("addition %d: %d %s", i+2, status, body)
		}
	}
	w.verifies()
}

// What is added to a private report stays withheld, and nothing is added once it has ended.
func TestAPrivateReportIsAddedTo(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	code := w.visitor().report(url.Values{"openness": {"private"}})
	n, _ := w.newest()
	v := w.visitor()
	v.get("/r/" + code)
	add := fmt.Sprintf("/matters/%d/do/beside.add", n)
	said := url.Values{"_id": {"beside-private-1"}, "_step": {"accept"}, "_stage": {"send"}, "more_words": {"演示：补一句"}}
	if status, _, _ := v.post(add, said); status != http.StatusSeeOther {
		t.Fatalf("added: %d", status)
	}
	if status, _, _ := w.visitor().get(fmt.Sprintf("/matters/%d", n)); status != http.StatusNotFound {
		t.Errorf("somebody else sees it: %d", status)
	}
	worker := w.signedIn("community_worker")
	worker.post(fmt.Sprintf("/matters/%d/do/submit", n), url.Values{"_id": {"beside-refuse"}, "_step": {"accept"}, "acceptance": {"not_ours"}, "account": {"演示：不属于本街道"}})
	said.Set("_id", "beside-private-2")
	if status, body, _ := v.post(add, said); status < 400 || !strings.Contains(body, "已经办结") {
		t.Errorf("after the end: %d %s", status, body)
	}
	if _, body, _ := v.get("/r/" + code); strings.Contains(body, add) {
		t.Error("the receipt still offers it after the end")
	}
	w.verifies()
}

// Whoever the matter waits for is told that something was added, and whom the method names; nobody else, and not the one who
// added it. The words are the method's, in both languages.
func TestAnAdditionIsTold(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	spread := func() {
		for must(w.house.Outbox.Spread(t.Context(), w.house.Store)) > 0 {
		}
	}
	const zh, en = "反映人补充了情况或照片", "The reporter added something"
	told := func(login string) int {
		_, body, _ := w.signedIn(login).get("/me/notifications")
		return strings.Count(body, zh)
	}
	for _, openness := range []string{"public", "private"} {
		before := map[string]int{}
		for login := range w.roles {
			before[login] = told(login)
		}
		code := w.visitor().report(url.Values{"openness": {openness}})
		n, _ := w.newest()
		v := w.visitor()
		v.get("/r/" + code)
		add := func(i int) {
			form := url.Values{"_id": {fmt.Sprintf("beside-told-%s-%d", openness, i)}, "_step": {"accept"}, "_stage": {"send"}, "more_words": {"演示：补一句"}}
			if status, _, _ := v.post(fmt.Sprintf("/matters/%d/do/beside.add", n), form); status != http.StatusSeeOther {
				t.Fatalf("added: %d", status)
			}
			spread()
		}
		add(1) // waits to be accepted
		if openness == "public" {
			w.handled(n)
		} else {
			w.as("community_worker", n, "submit", map[string]string{"acceptance": "accepted", "account": "演示"})
			w.as("grid_worker", n, "submit", map[string]string{"finding": "real", "found": "属实"})
			w.as("dispatcher", n, "approve", nil)
		}
		add(2) // waits for the grade, or for the team
		for login, role := range w.roles {
			want := 0
			switch {
			case login == "community_worker":
				want = 1
			case role == "dispatcher":
				want = 2
			case role == "cleaning_team" && openness == "private":
				want = 1
			}
			if got := told(login) - before[login]; got != want && !strings.HasSuffix(login, "_elsewhere") || strings.HasSuffix(login, "_elsewhere") && role != "dispatcher" && role != "cleaning_team" && got > 0 {
				t.Errorf("%s: %s was told %d times, want %d", openness, login, got, want)
			}
		}
	}
	worker := w.signedIn("community_worker")
	worker.get("/prefer?back=%2Fme&lang=en")
	if _, body, _ := worker.get("/me/notifications"); !strings.Contains(body, en) || strings.Contains(body, zh) {
		t.Error("in English it is not told in English")
	}
}
