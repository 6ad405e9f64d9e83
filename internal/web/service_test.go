package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
)

// A volunteer's Friday: the code at the place leads to the check-in, the hours stand once the session was checked, and only
// the volunteer sees whose they are.
func TestVolunteersHours(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	place := act.RowID{Register: "cleaning_place", ID: "lukou"}
	set := book.Set{On: calendar.DateOf(start), Entries: []register.Entry{{ID: place, Parent: nyyh, Values: map[string]any{"name": "演示路口", "seats": int64(2)}}}}
	if _, err := w.house.Change(ctx, act.By{Role: act.HouseItself}, "add-cleaning-place", "registers/cleaning_place.yaml", set); err != nil {
		t.Fatal(err)
	}
	begun, err := w.house.Desk.Begin(ctx, w.actor("community_worker"), "weekly_cleaning", nyyh, step.Submission{ID: "begin-cleaning-1", Values: map[string][]string{"week_of": {"2026-03-06"}}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	say := func(login, verb string, pairs ...string) error {
		n++
		s := step.Submission{ID: fmt.Sprintf("cleaning-%06d", n), Verb: verb, Item: place.ID, Values: map[string][]string{}}
		if verb == "approve" {
			s.Item = ""
		}
		for _, p := range pairs {
			k, v, _ := strings.Cut(p, "=")
			s.Values[k] = []string{v}
		}
		_, err := w.house.Desk.Submit(ctx, w.actor(login), begun.Matter, s)
		return err
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Advance(48 * time.Hour) // Wednesday
	must(say("civic_volunteer", "sign_up", "volunteer_name=演示志愿者"))

	w.clock.Advance(48 * time.Hour) // Friday at nine: the code on the board leads to the place, and from there to the form
	v := w.signedIn("civic_volunteer")
	arrive := fmt.Sprintf("/matters/%d/do/arrive?_item=lukou", begun.Matter)
	_, body, _ := v.get("/places/cleaning_place/lukou")
	if !strings.Contains(body, arrive) {
		t.Errorf("the page of the place does not lead to the check-in")
	}
	if _, body, _ := w.visitor().get("/places/cleaning_place/lukou"); !strings.Contains(body, arrive) || strings.Contains(body, "withdraw") {
		t.Errorf("who is not signed in yet finds no way to check in")
	}
	if status, body, _ := v.get(arrive); status != http.StatusOK || !strings.Contains(body, "_questions") {
		t.Errorf("the form may not be filled in without signal: %d", status)
	}
	must(say("civic_volunteer", "arrive"))
	must(say("community_worker", "record", "heads=12", "hours_each=2"))
	_, body, _ = v.get("/me/service")
	if !strings.Contains(body, "演示路口") || !strings.Contains(body, "还没有核对") || strings.Contains(body, "/me/service/certificate") {
		t.Errorf("before the check: %s", body)
	}
	if status, _, _ := v.get("/me/service/certificate"); status != http.StatusNotFound {
		t.Errorf("a certificate of what was not checked: %d", status)
	}

	w.clock.Advance(72 * time.Hour)
	must(say("community_secretary", "approve"))
	_, body, _ = v.get("/me/service")
	if !strings.Contains(body, "合计 2 小时") || !strings.Contains(body, "已核对") {
		t.Errorf("after the check: %s", body)
	}
	_, body, _ = v.get("/me/service/certificate")
	if !strings.Contains(body, "兹证明演示civic_volunteer于 2026-03-06 至 2026-03-06 参加志愿服务 1 次，合计 2 小时") {
		t.Errorf("the certificate: %s", body)
	}
	if _, body, _ = v.get("/me/data.json"); !strings.Contains(body, `"place": "演示路口"`) {
		t.Error("one's own data does not tell of it")
	}
	for _, login := range []string{"resident_rep", "community_worker"} {
		if _, body, _ := w.signedIn(login).get("/me/service"); strings.Contains(body, "演示路口") {
			t.Errorf("%s sees what the volunteer did", login)
		}
	}
	if status, _, _ := w.visitor().get("/me/service"); status == http.StatusOK {
		t.Error("nobody sees it")
	}
	if _, body, _ := w.visitor().get(fmt.Sprintf("/matters/%d/record", begun.Matter)); strings.Contains(body, "演示civic_volunteer") || strings.Contains(body, "演示志愿者") {
		t.Error("the public record names the volunteer")
	}
	// The docket is thrown away and folded again: the same hours.
	if _, err := w.house.Desk.Refold(ctx); err != nil {
		t.Fatal(err)
	}
	if _, body, _ = v.get("/me/service"); !strings.Contains(body, "合计 2 小时") {
		t.Errorf("after refolding: %s", body)
	}
}
