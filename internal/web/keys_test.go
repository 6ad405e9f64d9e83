package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var keyShown = regexp.MustCompile(`gongzhi_[A-Z2-7]+`)

func TestKeysForOtherSystems(t *testing.T) {
	w := newTown(t)
	admin := w.signedIn("it_admin")
	if status, _, _ := w.signedIn("street_office").get("/desk/keys"); status != http.StatusForbidden {
		t.Errorf("an office opens the page of keys: %d", status)
	}
	for _, login := range []string{"nobody", "community_secretary"} {
		if status, body, _ := admin.post("/desk/keys", url.Values{"login": {login}, "label": {"演示系统"}}); status != http.StatusUnprocessableEntity && status != http.StatusBadRequest || keyShown.MatchString(body) {
			t.Errorf("a key for %s: %d", login, status)
		}
	}
	status, body, _ := admin.post("/desk/keys", url.Values{"login": {"hotline"}, "label": {"演示系统"}})
	key := keyShown.FindString(body)
	if status != http.StatusOK || key == "" {
		t.Fatalf("%d %s", status, body)
	}
	works := func() bool {
		_, ok, err := w.house.People.TokenPerson(context.Background(), w.house.Store.Read(), key, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !works() {
		t.Error("the key is good for nothing")
	}
	_, body, _ = admin.get("/desk/keys?login=hotline")
	if strings.Contains(body, key) || !strings.Contains(body, "演示系统") {
		t.Error("the list shows the key, or not its label")
	}
	id := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(body)
	if id == nil {
		t.Fatal("nothing to recall")
	}
	admin.post("/desk/keys/recall", url.Values{"login": {"hotline"}, "key": {id[1]}})
	if works() {
		t.Error("a recalled key still works")
	}
}
