package web_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// What only somebody who may open the private matter may read.
var hushed = []string{"密处路八十八号", "密案不可外传"}

var nyyh = act.RowID{Register: "community", ID: "nyyh"}

// private begins a private problem as a resident and has it accepted. It gives its number.
func (w *town) private() act.Matter {
	w.t.Helper()
	begun, err := w.house.Desk.Begin(context.Background(), w.actor("resident"), "problem", nyyh, step.Submission{
		ID: "begin-private-1", Values: map[string][]string{
			"category": {"litter"}, "place": {hushed[0]}, "words": {"演示：" + hushed[1]}, "openness": {"private"}, "signature": {"anonymous"},
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.house.Desk.Submit(context.Background(), w.actor("community_worker"), begun.Matter, step.Submission{
		ID: "accept-private-1", Verb: "submit", Values: map[string][]string{"acceptance": {"accepted"}, "account": {hushed[1]}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return begun.Matter
}

// opens is the rule: who began it, and whoever has a task in the method and works where it is about.
func (w *town) opens(login string) bool {
	if login == "resident" {
		return true
	}
	m := w.house.Charter.Methods["problem"]
	role := w.roles[login]
	return m.Handles(role) && !w.house.Charter.Roles[role].Own && strings.HasPrefix("/community/nyyh/", w.paths[login])
}

// Every route as every role, with a private matter in the house.
func TestPrivateMatterAtEveryDoor(t *testing.T) {
	if testing.Short() {
		t.Skip("as long as TestEveryFieldForEveryRoleAtEveryDoor, for the same reason")
	}
	w := newTown(t)
	w.letEverybodyIn()
	n := w.private()
	w.matters = []act.Matter{w.matter, n}
	link := fmt.Sprintf("/matters/%d", n)
	routes, forms := w.everyAddress("GET", []secret{{file: true, value: strings.Repeat("0", 64)}}), w.everyAddress("POST", nil)
	readers := map[string]*visitor{"": w.visitor()}
	for login := range w.roles {
		readers[login] = w.signedIn(login)
	}
	seen := map[string]bool{}
	for login, v := range readers {
		allowed := w.opens(login)
		w.statePurposes(v)
		for _, path := range routes {
			status, body, _ := v.get(path)
			for _, words := range hushed {
				if strings.Contains(body, words) {
					seen[login] = true
					if !allowed {
						t.Errorf("%s, as %q: %s stands there", path, login, words)
					}
				}
			}
			own := strings.Contains(path+"/", link+"/")
			if !allowed && !own && strings.Contains(body, link+`"`) {
				t.Errorf("%s, as %q: it leads to the private matter", path, login)
			}
			if !allowed && own && status == http.StatusOK {
				t.Errorf("%s, as %q: answered with %d", path, login, status)
			}
		}
		for _, path := range forms {
			if strings.Contains(path, "{") {
				continue
			}
			_, body, _ := v.post(path, url.Values{"_id": {"private-" + login}, "_step": {"?"}})
			for _, words := range hushed {
				if !allowed && strings.Contains(body, words) {
					t.Errorf("POST %s, as %q: %s stands there", path, login, words)
				}
			}
		}
	}
	for login, v := range readers { // the ids of submissions stand in the public log
		for _, id := range []string{"begin-private-1", "accept-private-1"} {
			status, body, _ := v.get("/receipts/" + id)
			if told := strings.Contains(body, link) || strings.Contains(body, "农业银行"); status != http.StatusOK || told != w.opens(login) {
				t.Errorf("the receipt %s, as %q: %d, told %v", id, login, status, told)
			}
		}
	}
	for _, login := range []string{"resident", "community_worker", "dispatcher", "grid_worker"} {
		if !seen[login] {
			t.Errorf("%s may read it and never did", login)
		}
	}
	w.privateAtAPI(n)
}

func (w *town) privateAtAPI(n act.Matter) {
	w.t.Helper()
	h := w.house
	server := httptest.NewServer(api.New(api.For(h, nil)).Handler())
	w.t.Cleanup(server.Close)
	for _, login := range []string{"", "resident", "dispatcher", "dispatcher_elsewhere", "community_worker_elsewhere", "owner", "contractor"} {
		token := ""
		if _, known := w.roles[login]; login != "" && !known {
			continue
		}
		if login != "" {
			err := h.Store.Write(context.Background(), func(ctx context.Context, tx *store.Tx) (err error) {
				token, err = h.People.IssueToken(ctx, tx, act.Person("p-"+login), "test", tx.Now().Add(time.Hour))
				return err
			})
			if err != nil {
				w.t.Fatal(err)
			}
		}
		for _, pattern := range api.Patterns() {
			verb, path, _ := strings.Cut(pattern, " ")
			path = strings.NewReplacer("{n}", fmt.Sprint(n), "{id}", "begin-private-1").Replace(path)
			req, err := http.NewRequestWithContext(context.Background(), verb, server.URL+path, strings.NewReader(`{"id":"private-api-`+login+`0","verb":"submit","values":{}}`))
			if err != nil {
				w.t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				w.t.Fatal(err)
			}
			var body bytes.Buffer
			_, _ = body.ReadFrom(res.Body)
			_ = res.Body.Close()
			for _, words := range hushed {
				if strings.Contains(body.String(), words) && !w.opens(login) {
					w.t.Errorf("%s %s, as %q: %s stands there", verb, path, login, words)
				}
			}
			if strings.Contains(path, fmt.Sprintf("/matters/%d", n)) && !w.opens(login) && res.StatusCode < 400 {
				w.t.Errorf("%s %s, as %q: answered with %d", verb, path, login, res.StatusCode)
			}
		}
	}
}

// The public bundle of the log withholds every act of a private matter.
func TestPrivateMatterInTheLog(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	n := w.private()
	acts := must(w.house.Ledger.Acts(context.Background(), w.house.Store.Read(), n, 0))
	if len(acts) < 4 {
		t.Fatalf("only %d acts", len(acts))
	}
	for _, a := range acts {
		if !a.Withheld() {
			t.Errorf("act %d, %s, is not withheld", a.Seq, a.Kind)
		}
	}
	err := w.house.Export(context.Background(), false, func(path string, data []byte) error {
		for _, words := range hushed {
			if bytes.Contains(data, []byte(words)) {
				t.Errorf("%s: %s stands there", path, words)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
