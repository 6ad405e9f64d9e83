package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/docket"
	"gongzhi/internal/store"
)

// What is late, falls due or began weeks ago stands in the lists and on the wall also after thousands of newer matters.
func TestNothingIsLeftOutBecauseItIsOld(t *testing.T) {
	w := newTown(t)
	w.visitor().report(nil)
	old, _ := w.newest()
	now := w.clock.Now()
	err := w.house.Store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for i := range int64(2500) {
			m := docket.Matter{
				Number: 5001 + i, Method: "problem", Charter: string(w.house.Charter.Digest), Subject: "community/bishagang", Scope: "/community/bishagang/",
				TitleZH: "演示", TitleEN: "demo", Result: "not_accepted", Opened: now.UnixMicro() + i, Updated: now.UnixMicro() + i,
			}
			if i == 0 {
				m.Step, m.Result, m.TitleZH, m.Due = "grade", "", "演示到期", now.Add(24*time.Hour).UnixMicro()
			}
			if err := w.house.Docket.Put(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, body, _ := w.signedIn("dispatcher").get("/desk/calendar"); !strings.Contains(body, "演示到期") {
		t.Error("what falls due tomorrow is not in the calendar")
	}
	if _, body, _ := w.visitor().get("/wall"); !strings.Contains(body, "办结 2499 件") {
		t.Error("the wall does not say how many ended")
	}
	w.clock.Advance(14 * 24 * time.Hour)
	number := fmt.Sprintf("/matters/%d", old)
	for _, path := range []string{"/matters?late=1", "/matters?method=problem&late=1", "/matters?method=problem&under=community%2Fnyyh", "/desk/matters?late=1"} {
		v := w.visitor()
		want := `href="` + number + `"`
		if strings.HasPrefix(path, "/desk") {
			v, want = w.signedIn("dispatcher"), `href="/desk`+number+`"`
		}
		status, body, _ := v.get(path)
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d: the old one is not there", path, status)
		}
	}
}
