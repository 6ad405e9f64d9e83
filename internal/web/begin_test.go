package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// A code on a board opens the form with what it is about filled in; what is sealed is never taken from an address.
func TestBeginFormIsFilledInFromItsAddress(t *testing.T) {
	w := newTown(t)
	status, body, _ := w.signedIn("community_worker").get("/begin/problem?category=litter&place=%E6%BC%94%E7%A4%BA%E8%B7%AF%E5%8F%A3&reporter_phone=13800000001&openness=private")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	for _, want := range []string{`value="litter" selected`, `value="演示路口"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not stand there", want)
		}
	}
	if strings.Contains(body, `value="13800000001"`) {
		t.Error("a telephone number was taken from the address")
	}
}
