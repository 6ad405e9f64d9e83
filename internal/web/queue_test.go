package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
)

// defects begins matters that all wait for the same thing of a community worker.
func (w *town) defects(n int) (out []act.Matter) {
	w.t.Helper()
	for i := range n {
		r, err := w.house.Desk.Begin(context.Background(), w.actor("community_worker"), "defect", compound, step.Submission{
			ID: fmt.Sprintf("begin-defect-%d", i), Values: map[string][]string{"where_it_is": {"9号楼"}, "what_is_wrong": {"漏水"}},
		})
		if err != nil {
			w.t.Fatal(err)
		}
		out = append(out, r.Matter)
	}
	return out
}

// The same verb for several matters is asked once and recorded for each; what is refused is said and holds up nothing.
func TestTheSameIsDoneTogether(t *testing.T) {
	w := newTown(t)
	list := w.defects(3)
	v := w.signedIn("community_worker")
	_, body, _ := v.get("/desk")
	if !strings.Contains(body, "same=defect%2Flook%2Fsubmit") {
		t.Fatal("three matters that wait for the same are not offered together")
	}
	_, body, _ = v.get("/desk?same=defect/look/submit")
	if strings.Count(body, `name="row"`) != 3 {
		t.Errorf("%d rows can be ticked, want 3", strings.Count(body, `name="row"`))
	}

	ticks := url.Values{"_same": {"defect/look/submit"}}
	for _, n := range list {
		ticks.Add("row", fmt.Sprint(n))
	}
	status, body, _ := v.post("/desk/together", ticks)
	if status != http.StatusOK || strings.Count(body, `name="_picked_`) != 3 || !strings.Contains(body, `name="finding"`) {
		t.Fatalf("the form: %d", status)
	}
	answers := url.Values{"_same": {"defect/look/submit"}, "_id": {"018f2f3a-0000-7000-8000-000000000001"}, "_stage": {"send"}}
	for i, n := range list {
		answers.Set(fmt.Sprintf("_picked_%d", i), fmt.Sprint(n))
	}
	if status, body, _ = v.post("/desk/together", answers); status != http.StatusUnprocessableEntity || !strings.Contains(body, "data-errors") {
		t.Errorf("without answers: %d", status)
	}
	if _, _, standing := w.standing(list[0]); standing != "look" {
		t.Fatalf("something was recorded of a form with faults: %s", standing)
	}
	// One of them has been done by somebody else in the meantime.
	if status, _, _ := v.post(fmt.Sprintf("/matters/%d/do/submit", list[1]), url.Values{"_id": {"alone-0001"}, "finding": {"no_defect"}, "finding_reason": {"不是"}}); status != http.StatusSeeOther {
		t.Fatalf("alone: %d", status)
	}
	answers.Set("finding", "defect")
	answers.Set("finding_reason", "是漏水")
	for range 2 { // sent twice it is done once
		status, body, _ = v.post("/desk/together", answers)
		if status != http.StatusOK || strings.Count(body, "没有办成") != 2 { // the lead and one row
			t.Fatalf("sent: %d, %d refusals", status, strings.Count(body, "没有办成"))
		}
	}
	for i, want := range []string{"repair", "", "repair"} {
		if _, _, got := w.standing(list[i]); got != want {
			t.Errorf("matter %d stands at %q, want %q", list[i], got, want)
		}
	}
}

func (w *town) standing(n act.Matter) (method, result, at string) {
	w.t.Helper()
	m, ok, err := w.house.Docket.Find(context.Background(), w.house.Store.Read(), n)
	if err != nil || !ok {
		w.t.Fatal(n, err)
	}
	return m.Method, m.Result, m.Step
}

// What the rule keeps from somebody by name does not stand in their queue, and nobody else's name is on it.
func TestTheQueueKnowsWhoMayNot(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	n := w.defects(1)[0]
	w.person(ctx, "zhang", "contractor", compound)
	w.person(ctx, "liu", "contractor", compound)
	if _, err := w.house.Desk.Submit(ctx, w.actor("community_worker"), n, step.Submission{ID: "look-0001", Verb: "submit", Values: map[string][]string{"finding": {"defect"}, "finding_reason": {"漏水"}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.house.Desk.Submit(ctx, w.actor("community_worker"), n, step.Submission{ID: "assign-0001", Verb: "assign", Values: map[string][]string{"assignee": {"p-zhang"}}}); err != nil {
		t.Fatal(err)
	}
	for login, want := range map[string]bool{"zhang": true, "liu": false} {
		_, body, _ := w.signedIn(login).get("/me")
		if got := strings.Contains(body, "演示路1号院质量问题") && strings.Contains(body, "等我办的"); got != want {
			t.Errorf("the repair given to zhang stands in the list of %s: %v, want %v", login, got, want)
		}
	}
}
