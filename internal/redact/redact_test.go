package redact_test

import (
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
)

func TestSees(t *testing.T) {
	const here, there = "/community/south/compound/c1/person/p1/", "/community/north/compound/c9/person/p9/"
	row := act.RowID{Register: "person", ID: "p1"}
	open := register.Field{Type: register.Line, Audience: register.Public}
	staff := register.Field{Type: register.Line, Audience: register.Staff}
	name := register.Field{Type: register.Line, Audience: register.Staff, Personal: true}
	id := register.Field{Type: register.IDNumber, Audience: register.Self, Personal: true}
	worker := redact.Eyes{Person: "w", Held: []redact.Held{{Path: "/community/south/", Staff: true, Seals: true}}}
	keeper := redact.Eyes{Person: "k", Held: []redact.Held{{Path: "", Staff: false}}}
	apart := func(string) string { return "party" }
	outside, inside := worker, worker
	outside.Domain, inside.Domain = apart, apart
	inside.Held = []redact.Held{{Path: "/community/south/", Staff: true, Seals: true, Domains: []string{"party"}}}
	tests := []struct {
		name  string
		eyes  redact.Eyes
		path  string
		field register.Field
		want  redact.Sight
	}{
		{"anyone, public", redact.Eyes{}, here, open, redact.Plain},
		{"anyone, staff", redact.Eyes{}, here, staff, redact.Hidden},
		{"anyone, a name", redact.Eyes{}, here, name, redact.Hidden},
		{"a worker here, staff", worker, here, staff, redact.Plain},
		{"a worker here, a name", worker, here, name, redact.Masked},
		{"a worker here, an identity number", worker, here, id, redact.Masked},
		{"a worker elsewhere, staff", worker, there, staff, redact.Hidden},
		{"a worker elsewhere, a name", worker, there, name, redact.Masked},
		{"a worker elsewhere, an identity number", worker, there, id, redact.Hidden},
		{"the administrator, staff", keeper, here, staff, redact.Hidden},
		{"the administrator, an identity number", keeper, here, id, redact.Hidden},
		{"a worker here, kept apart", outside, here, staff, redact.Hidden},
		{"a worker here, a name kept apart", outside, here, name, redact.Hidden},
		{"a worker here, what anyone sees of it", outside, here, open, redact.Plain},
		{"one of the domain, kept apart", inside, here, staff, redact.Plain},
		{"one of the domain elsewhere", inside, there, staff, redact.Hidden},
		{"the person", redact.Eyes{Person: "p1"}, here, id, redact.Plain},
		{"another person", redact.Eyes{Person: "p2"}, here, id, redact.Hidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.eyes.Sees(row, tt.path, &tt.field); got != tt.want {
				t.Errorf("Sees = %d, want %d", got, tt.want)
			}
		})
	}
	if _, ok := worker.Opens("person", there); ok {
		t.Error("a worker opens what lies in another community")
	}
	if _, ok := keeper.Opens("person", here); ok {
		t.Error("the administrator opens something sealed")
	}
	if _, ok := outside.Opens("person", here); ok {
		t.Error("a worker opens what is kept apart")
	}
	if _, ok := inside.Opens("person", here); !ok {
		t.Error("whose task it is cannot open it")
	}
}
