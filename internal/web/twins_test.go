package web_test

import (
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
)

// Two rows that may be one are shown with what speaks for it and without what is personal; whoever keeps registers there
// merges them, takes that back, or says that they are two, and each of it is an act.
func TestPossibleDuplicates(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	w.clock.Advance(time.Hour) // after everything that was begun there
	one := v.add("person", url.Values{"_parent": {compound.String()}, "name": {"演示重复"}, "phone": {"13800008888"}})
	other := v.add("person", url.Values{"_parent": {compound.String()}, "name": {"演示重复"}, "phone": {"13800008888"}, "id_number": {"11010519491231002X"}})
	if one > other {
		one, other = other, one
	}
	list, at := "/desk/duplicates/person", "/desk/duplicates/person/"+one+"/"+other
	if _, body, _ := v.get(list); !strings.Contains(body, at) || !strings.Contains(body, "姓名、电话") || strings.Contains(body, "13800008888") || strings.Contains(body, "演示重复") {
		t.Fatalf("the pair is not proposed, or says too much: %s", body)
	}
	for login, want := range map[string]int{"it_admin": http.StatusNotFound, "street_leader": http.StatusNotFound} {
		if status, body, _ := w.signedIn(login).get(at); status != want || strings.Contains(body, "演*") {
			t.Errorf("%s: %d", login, status)
		}
	}
	_, form, _ := v.get(at)
	if !strings.Contains(form, "演**") && !strings.Contains(form, "演*") {
		t.Error("the evidence is not masked, or not there")
	}
	send := func(keep string) (int, string) {
		t.Helper()
		_, form, _ := v.get(at)
		status, body, h := v.post(at, url.Values{"_id": {hiddenID.FindStringSubmatch(form)[1]}, "keep": {keep}})
		return status, body + h.Get("Location")
	}
	if status, _ := send(""); status != http.StatusUnprocessableEntity {
		t.Errorf("nothing chosen: %d", status)
	}
	status, change := send(other)
	if status != http.StatusSeeOther || !strings.HasPrefix(change, "/desk/changes/") {
		t.Fatalf("merge: %d %s", status, change)
	}
	last, err := w.house.Ledger.Latest(t.Context(), w.house.Store.Read(), act.House, math.MaxInt64, 1)
	if err != nil || !strings.Contains(string(last[0].Body), `"merged":["person/`+one+`","person/`+other+`"]`) {
		t.Errorf("the act: %s, %v", last[0].Body, err)
	}
	if _, body, _ := v.get(list); strings.Contains(body, at) {
		t.Error("still proposed")
	}
	_, body, _ := v.get(change)
	if status, body, _ := v.post(change+"/undo", url.Values{"_id": {hiddenID.FindStringSubmatch(body)[1]}}); status != http.StatusSeeOther {
		t.Fatalf("undo: %d %s", status, body)
	}
	if _, body, _ := v.get(list); !strings.Contains(body, at) {
		t.Fatal("taken back, it is not proposed again")
	}
	if status, where := send("both"); status != http.StatusSeeOther || where != list {
		t.Errorf("two people: %d %s", status, where)
	}
	if _, body, _ := v.get(list); strings.Contains(body, at) {
		t.Error("two people are proposed again")
	}
}
