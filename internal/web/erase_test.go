package web_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/outbox"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// What an owner wrote about themselves can be erased by whoever handles the matter, for a reason on record; the chain
// still verifies, and nobody else could.
func TestErasingASealedAnswer(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	v := w.signedIn("community_worker")
	_, err := w.house.Desk.Submit(ctx, w.actor("community_worker"), w.matter, step.Submission{ID: "record-erase-1", Verb: "record", Values: map[string][]string{
		"unit": {part.ID}, "channel": {"door"}, "result": {"signed"}, "whether": {"agree"}, "what": {"water"}, "words": {"楼道灯不亮"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	acts, err := w.house.Ledger.Latest(ctx, w.house.Store.Read(), w.matter, math.MaxInt64, 1)
	if err != nil || len(acts[0].Sealed) == 0 {
		t.Fatalf("nothing sealed: %v %v", acts, err)
	}
	page := "/desk/matters/" + strconv.FormatInt(int64(w.matter), 10)
	if _, body, _ := v.get(page + "/sealed"); strings.Contains(body, "楼道灯不亮") {
		t.Error("a sealed answer was shown to somebody who has not said what for")
	}
	if status, _, _ := v.post(page+"/sealed", url.Values{"purpose": {"curiosity"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("a purpose of one's own: %d", status)
	}
	v.post(page+"/sealed", url.Values{"purpose": {"handle_matter"}})
	if _, body, _ := v.get(page + "/sealed"); !strings.Contains(body, "楼道灯不亮") {
		t.Error("whoever handles the matter cannot read the answer")
	}
	if _, body, _ := w.signedIn("auditor").get("/desk/access"); !strings.Contains(body, "办理这件事") || strings.Contains(body, "楼道灯不亮") {
		t.Error("the auditor does not see that it was read, or sees what")
	}
	if _, body, _ := w.signedIn("it_admin").get(page); strings.Contains(body, "楼道灯不亮") {
		t.Error("the administrator reads a sealed answer")
	}
	form := url.Values{"act": {strconv.FormatInt(acts[0].Seq, 10)}, "field": {acts[0].Sealed[0].Field}}
	if status, _, _ := v.post(page+"/erase", form); status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", status)
	}
	form.Set("reason", "本人要求删除")
	if status, _, _ := w.signedIn("it_admin").post(page+"/erase", form); status != http.StatusForbidden {
		t.Errorf("the administrator erased: %d", status)
	}
	if status, _, _ := v.post(page+"/erase", form); status != http.StatusSeeOther {
		t.Errorf("erase: %d", status)
	}
	if status, _, _ := v.post(page+"/erase", form); status != http.StatusNotFound {
		t.Errorf("a second time: %d", status)
	}
	for _, m := range []act.Matter{act.House, w.matter} {
		if err := w.house.Ledger.Verify(ctx, w.house.Store.Read(), m); err != nil {
			t.Error(err)
		}
	}
}

// With the last answer that names a file the file goes too; one that another answer names stays.
func TestErasingAnAnswerRemovesItsFile(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	put := func(content string) step.File {
		f, err := w.house.Files.Put(ctx, w.house.Store, "演示.pdf", strings.NewReader("%PDF-1.4 "+content))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	once, twice := put("one answer names this"), put("two answers name this")
	begin := func(id string, files ...step.File) act.Matter {
		r, err := w.house.Desk.Begin(ctx, w.actor("community_worker"), "defect", compound, step.Submission{
			ID: id, Values: map[string][]string{"where_it_is": {"9号楼"}, "what_is_wrong": {"漏水"}}, Files: map[string][]step.File{"photo_of_it": files},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r.Matter
	}
	first, second := begin("defect-0001", once, twice), begin("defect-0002", twice)
	erase := func(m act.Matter) {
		e := desk.Erasure{Matter: m, Seq: 1, Field: "photo_of_it", Reason: "本人要求删除"}
		if err := w.house.Desk.Erase(ctx, act.By{Person: "p-community_worker", Role: "community_worker"}, e); err != nil {
			t.Fatal(err)
		}
	}
	there := func(f step.File) bool {
		got, err := w.house.Files.Get(ctx, w.house.Store.Read(), f.Hash)
		if err == nil {
			err = got.Close()
		}
		return err == nil
	}
	erase(first)
	if there(once) || !there(twice) {
		t.Errorf("after the first answer: %v %v, want it gone and the shared one there", there(once), there(twice))
	}
	erase(second)
	if there(twice) {
		t.Error("no answer names the file any more, and it is still there")
	}
	if err := w.house.Verify(ctx); err != nil {
		t.Error(err)
	}
}

// Somebody asks to be forgotten: the row's personal fields go, for a reason on record and by whoever may; the row, its
// hashes and the house's book stay whole, and nothing finds it by what it was.
func TestErasingARow(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	v := w.signedIn("community_worker")
	id := v.add("person", url.Values{"_parent": {compound.String()}, "name": {"演示忘记"}, "phone": {"13800009999"}})
	at := "/desk/registers/person/" + id
	if _, body, _ := v.get("/desk/search?q=13800009999"); !strings.Contains(body, at) {
		t.Fatal("the row is not found before")
	}
	if status, _, _ := v.post(at+"/erase", url.Values{}); status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", status)
	}
	form := url.Values{"reason": {"本人要求删除，个人信息保护法第四十七条"}}
	for _, login := range []string{"it_admin", "street_leader", "auditor"} {
		if status, _, _ := w.signedIn(login).post(at+"/erase", form); status != http.StatusForbidden {
			t.Errorf("%s erased: %d", login, status)
		}
	}
	// They have an account by a code on paper, another code that nobody used, and a number they are told by.
	person := act.Person(id)
	var unused string
	if err := w.house.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		h := people.Household{Person: person, Name: "演示忘记", Role: "owner", Scope: part, Path: "/community/nyyh/compound/yanshi1/building/y1b1/part/y1b1r101/"}
		code, err := w.house.People.Issue(ctx, tx, h, tx.Now().Add(time.Hour))
		if err != nil {
			return err
		}
		if _, _, err := w.house.People.Redeem(ctx, tx, code, ""); err != nil {
			return err
		}
		if unused, err = w.house.People.Issue(ctx, tx, h, tx.Now().Add(time.Hour)); err != nil {
			return err
		}
		return w.house.Outbox.Prefer(ctx, tx, outbox.Preference{Person: person, Channel: outbox.SMS, Address: "13800009999"})
	}); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := v.post(at+"/erase", form); status != http.StatusSeeOther {
		t.Fatalf("erase: %d", status)
	}
	if account, there, err := w.house.People.Find(ctx, w.house.Store.Read(), person); err != nil || !there || account.Name != "" {
		t.Errorf("the account is called %q: %v", account.Name, err)
	}
	if told, err := w.house.Outbox.Preference(ctx, w.house.Store.Read(), person); err != nil || told.Address != "" {
		t.Errorf("they are still told at %q: %v", told.Address, err)
	}
	if err := w.house.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, _, err := w.house.People.Redeem(ctx, tx, unused, "")
		return err
	}); err == nil {
		t.Error("a code that says who they are still lets in")
	}
	status, body, _ := v.get(at)
	if status != http.StatusOK || strings.Contains(body, "演*") {
		t.Errorf("the row after: %d", status)
	}
	if _, body, _ := v.get("/desk/search?q=13800009999"); strings.Contains(body, at) {
		t.Error("it is still found by its telephone")
	}
	if err := w.house.Verify(ctx); err != nil {
		t.Error(err)
	}
	last, err := w.house.Ledger.Latest(ctx, w.house.Store.Read(), act.House, math.MaxInt64, 1)
	if err != nil || last[0].Kind != "row.erased" || strings.Contains(string(last[0].Body), "忘记") || !strings.Contains(string(last[0].Body), "person/"+id) {
		t.Errorf("the act: %v %s", err, last[0].Body)
	}
}
