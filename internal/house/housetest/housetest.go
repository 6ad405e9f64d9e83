// Package housetest opens houses for tests.
//
// In: a test. Out: a house of a small made-up subdistrict on a clock moved by hand, with people in every role. It is
// never linked into the program.
package housetest

import (
	"context"
	"embed"
	"io/fs"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/house"
	"gongzhi/internal/method"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

//go:embed all:charter
var files embed.FS

// Charter is the made-up subdistrict's folder: methods renewal, road and note on compounds c1 to c3.
func Charter() fs.FS {
	sub, err := fs.Sub(files, "charter")
	if err != nil {
		panic(err) // embedded above
	}
	return sub
}

// Start is when the clock of a house stands at the beginning: Monday 2026-03-02 16:00 in Beijing.
var Start = storetest.Now

// Open opens a house in memory, with everybody in it.
func Open(t testing.TB) (*house.House, *clock.Manual) {
	t.Helper()
	c := clock.NewManual(Start)
	return With(t, house.Config{Clock: c}), c
}

// Each opens a house on each engine, as storetest.Each does.
func Each(t *testing.T, test func(t *testing.T, h *house.House, c *clock.Manual)) {
	t.Helper()
	for _, engine := range [...]store.Engine{store.SQLite, store.Postgres} {
		t.Run(engine.String(), func(t *testing.T) {
			c := clock.NewManual(Start)
			test(t, With(t, house.Config{Dir: t.TempDir(), URL: storetest.URL(t, engine), Clock: c}), c)
		})
	}
}

// With opens a house as configured, until the test ends, and lets everybody in.
func With(t testing.TB, c house.Config) *house.House {
	t.Helper()
	if c.Charter == nil {
		c.Charter = Charter()
	}
	h, err := house.Open(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("closing the house: %v", err)
		}
	})
	for _, p := range Everybody {
		Admit(t, h, p)
	}
	return h
}

// Person is somebody in a role over a place.
type Person struct {
	Name  act.Person
	Role  string
	Scope act.RowID
}

// Everybody holds each role at least once.
var Everybody = []Person{
	{"sun", "secretary", act.RowID{Register: "community", ID: "south"}},
	{"wang", "worker", act.RowID{Register: "community", ID: "south"}},
	{"wu", "worker", act.RowID{Register: "community", ID: "north"}},
	{"chen", "chief", act.RowID{}},
	{"deng", "deputy", act.RowID{}},
	{"ou", "office", act.RowID{}},
	{"vo", "volunteer", act.RowID{Register: "compound", ID: "c1"}},
	{"li", "owner", act.RowID{Register: "part", ID: "p101"}},
	{"zhao", "owner", act.RowID{Register: "part", ID: "p102"}},
	{"qian", "owner", act.RowID{Register: "part", ID: "q101"}},
}

// Admit gives somebody an account and a mandate from the day of the house's clock; again it does nothing.
func Admit(t testing.TB, h *house.House, p Person) {
	t.Helper()
	if err := TryAdmit(h, p); err != nil {
		t.Fatal(err)
	}
}

// TryAdmit is Admit for somebody who may be refused.
func TryAdmit(h *house.House, p Person) error {
	m := people.Mandate{Role: p.Role, Scope: p.Scope, Starts: calendar.DateOf(h.Clock.Now())}
	return h.Admit(context.Background(), act.By{Role: act.HouseItself}, people.Account{Person: p.Name, Name: string(p.Name)}, "", m)
}

// Actor is somebody with what they may act as today.
func Actor(t testing.TB, h *house.House, name act.Person) method.Actor {
	t.Helper()
	a, err := h.Actor(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Submission makes one with values given as name, value pairs.
func Submission(id, verb string, pairs ...string) step.Submission {
	s := step.Submission{ID: id, Verb: verb, Values: map[string][]string{}, Channel: "web"}
	for i := 0; i+1 < len(pairs); i += 2 {
		s.Values[pairs[i]] = []string{pairs[i+1]}
	}
	return s
}

// Compound is c1, the one with flats p101 to p103.
var Compound = act.RowID{Register: "compound", ID: "c1"}

// Day is one day.
const Day = 24 * time.Hour
