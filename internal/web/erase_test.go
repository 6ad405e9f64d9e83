package web_test

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
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
	if _, body, _ := v.get(page); !strings.Contains(body, "楼道灯不亮") {
		t.Error("whoever handles the matter cannot read the answer")
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
