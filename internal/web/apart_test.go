package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
)

// The Party's register is apart: no list, row, search, export or picker of anybody else tells what stands in it, nor
// whether somebody does; its own offices work with it as with any other.
func TestThePartyIsApart(t *testing.T) {
	w := newTown(t)
	const word = "组织关系转接演示密语"
	member := act.RowID{Register: "party_member", ID: "apart1"}
	entries := []register.Entry{{ID: member, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{
		"member": "person/yanshijia", "from": "2020-07-01", "relation_note": word, "in_service": true,
	}}}
	if _, err := w.house.Change(t.Context(), act.By{Role: act.HouseItself}, "test-party", "registers/party_member.yaml", book.Set{Entries: entries, On: calendar.DateOf(w.clock.Now())}); err != nil {
		t.Fatal(err)
	}
	query := url.QueryEscape(word)
	paths := []string{
		"/desk/registers/party_member", "/desk/registers/" + member.String(), "/desk/registers/party_member?q=" + query, "/desk/search?q=" + query,
		"/desk/registers/party_member/export.csv", "/desk/registers/party_member?f.in_service=true", "/desk/registers/" + member.String() + "/change",
	}
	for key, role := range w.house.Charter.Roles {
		if role.Own {
			continue
		}
		v, apart := w.signedIn(key), key == "party_office" || key == "community_secretary"
		told := false
		for _, path := range paths {
			status, body, _ := v.get(path)
			there := strings.Contains(strings.ReplaceAll(body, `value="`+word, ""), word) && !strings.Contains(path, "q=") || strings.Contains(path, "q=") && strings.Contains(body, member.String())
			told = told || there
			if there && !apart {
				t.Errorf("%s, as %s: %d, what is apart stands there", path, key, status)
			}
		}
		if _, body, _ := v.get("/desk/import"); strings.Contains(body, "/desk/imports/sheet/party_member") != apart {
			t.Errorf("%s is offered its sheet, or is not", key)
		}
		if apart && !told {
			t.Errorf("%s cannot read its own register", key)
		}
	}
	if _, body, _ := w.visitor().get("/search?q=" + query); strings.Contains(body, word+"<") || strings.Contains(body, member.ID) {
		t.Error("the public search finds it")
	}
}

// Whatever register has a shape, its form draws it on a map, of the kind that the register wants.
func TestEveryShapeIsDrawn(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("street_office")
	n := 0
	for _, sch := range w.house.Charter.Registers.All() {
		for i := range sch.Fields {
			f := &sch.Fields[i]
			if f.Type != register.Geometry {
				continue
			}
			n++
			status, body, _ := v.get("/desk/registers/" + sch.Key + "/new")
			if status != http.StatusOK || !strings.Contains(body, fmt.Sprintf(`data-draw="f-%s"`, f.Key)) || !strings.Contains(body, `data-kind="`) {
				t.Errorf("%s.%s is not drawn: %d", sch.Key, f.Key, status)
			}
		}
	}
	if n < 5 {
		t.Errorf("only %d registers have a shape", n)
	}
}
