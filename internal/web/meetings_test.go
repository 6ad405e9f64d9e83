package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/step"
	"gongzhi/internal/web"
)

// do submits as somebody, who must be let.
func (w *town) do(login, id, verb, item string, pairs ...string) {
	w.t.Helper()
	s := step.Submission{ID: id, Verb: verb, Item: item, Values: map[string][]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
	}
	if _, err := w.house.Desk.Submit(context.Background(), w.actor(login), w.matter, s); err != nil {
		w.t.Fatalf("%s %s: %v", login, verb, err)
	}
}

// again puts a new site before the house, which remembers nothing of what it showed.
func (w *town) again() {
	w.server = httptest.NewServer(web.New(web.Config{House: w.house}).Handler())
	w.t.Cleanup(w.server.Close)
}

// A meeting stands on the page from its call to its checked minutes, for those who work where it meets and nobody else.
func TestMeetings(t *testing.T) {
	w := newTown(t)
	w.do("community_worker", "meet-hear-1", "record", "", "unit", part.ID, "channel", "door", "result", "signed", "whether", "agree")
	w.clock.Advance(31 * 24 * time.Hour)
	if err := w.house.Desk.Tick(context.Background(), w.matter, w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	page := func(login string) string {
		t.Helper()
		status, body, _ := w.signedIn(login).get("/desk/meetings")
		if status != http.StatusOK {
			t.Fatalf("%s: %d", login, status)
		}
		return body
	}
	says := func(when, body string, has, lacks []string) {
		t.Helper()
		for _, s := range has {
			if !strings.Contains(body, s) {
				t.Errorf("%s: the page does not say %q", when, s)
			}
		}
		for _, s := range lacks {
			if strings.Contains(body, s) {
				t.Errorf("%s: the page says %q", when, s)
			}
		}
	}
	says("before the call", page("community_secretary"), []string{"要开的会 0 个，您要办的 1 件", "/do/call"}, []string{"演示会议室"})
	w.do("community_secretary", "meet-call-1", "call", "branch", "at", "2026-04-10 15:00", "place", "演示会议室", "agenda", "演示议程", "entitled", "9", "budget_from", "1", "budget_to", "2")
	says("called", page("community_secretary"), []string{"要开的会 1 个", "2026-04-10 15:00", "演示会议室", "演示议程", "改造临时党支部会议：演示路1号院", "/desk/matters/1"}, []string{"还没交记录"})
	w.clock.Set(time.Date(2026, 4, 10, 9, 0, 0, 0, time.UTC))
	says("held", page("community_worker"), []string{"要开的会 0 个", "还没交记录", "应到 9 人"}, []string{"演示议程"})
	w.do("party_branch", "meet-record-1", "record", "branch", "present", "8", "yes", "7", "no", "1", "abstain", "0", "minutes", "演示纪要")
	says("recorded", page("community_worker"), []string{"已交，待核对", "8 / 9 人"}, []string{"打印纪要"})
	w.do("community_secretary", "meet-confirm-1", "confirm", "branch")
	body := page("community_worker")
	says("checked", body, []string{"已核对", "通过", "打印纪要", "documents/propose.minutes.branch"}, nil)
	if status, paper, _ := w.signedIn("community_worker").get("/matters/1/documents/propose.minutes.branch"); status != http.StatusOK || !strings.Contains(paper, "演示纪要") {
		t.Errorf("%d: the minutes cannot be printed", status)
	}
	w.letEverybodyIn()
	says("elsewhere", page("community_worker_elsewhere"), []string{"还没有开过会"}, []string{"改造临时党支部会议"})
}
