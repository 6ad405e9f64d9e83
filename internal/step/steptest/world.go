package steptest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/expr"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/vote"
)

// World is what surrounds a step while it is tested. NewWorld gives one that suits most kinds; a kind changes what
// it needs otherwise.
type World struct {
	Now      time.Time // when the matter arrives
	Calendar *calendar.Calendar
	Subject  act.RowID
	Book     Book
	Facts    map[string]any // of the matter
	Results  map[string]step.Result
	Did      map[string][]act.Person
	Vars     map[string]any       // values of conditions
	Names    map[string]expr.Type // their types
	Fields   map[string]map[string]string
	Profiles map[string]any
	Start    step.Fields            // what the matter was asked at its start
	Earlier  []step.Earlier         // ended matters like this one, latest first
	Counted  map[string]step.Figure // what other matters say, by the key of the figure
	Children []string               // results that a child matter may close with
	Rare     []string               // outcomes that chance seldom finds; the kind's own test has to show them
	Runs     int                    // random walks; 300 where zero
	Length   int                    // actions of one walk; 40 where zero
}

// NewWorld is a compound of twelve flats in March 2026. Flat i has the parent compound/c1, an area of 60.00 m² and more,
// an owner of its own, and the state sold. The matter was begun with a category of the class environment.
func NewWorld() *World {
	w := &World{
		Now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), Calendar: &calendar.Calendar{},
		Subject: act.RowID{Register: "compound", ID: "c1"}, Facts: map[string]any{}, Results: map[string]step.Result{},
		Did: map[string][]act.Person{}, Vars: map[string]any{}, Names: map[string]expr.Type{},
		Fields: map[string]map[string]string{}, Profiles: map[string]any{}, Children: []string{"done", "stopped"},
	}
	w.Start = step.Fields{{Key: "category", Type: step.RowType, Register: "category", Required: true, Audience: step.Public}}
	w.Names["rows"] = expr.Object(map[string]expr.Type{"category": expr.Object(map[string]expr.Type{"class": expr.Text, "handle_within": expr.Text})})
	w.Vars["rows"] = map[string]any{"category": map[string]any{"class": "environment", "handle_within": ""}}
	w.Book = append(w.Book, register.Row{ID: w.Subject, Name: "c1", Values: map[string]any{"builder": "b0"}})
	for i := range 12 {
		w.Book = append(w.Book, register.Row{
			ID: act.RowID{Register: "part", ID: fmt.Sprintf("u%02d", i+1)}, Parent: w.Subject, Name: fmt.Sprintf("1-%d", 101+i),
			Values: map[string]any{
				"area": int64(6000 + 100*i), "area_source": "register", "owners": []string{fmt.Sprintf("o%02d", i+1)},
				"kind": "flat", "state": "sold", "builder": "", "building": "1", "unit": "1", "room": fmt.Sprint(101 + i),
			},
		})
	}
	return w
}

// Book is a list of rows that serves as every register. It has no history: every day shows the same rows.
type Book []register.Row

// Rows lists those of one register below a row, in the order of the list.
func (b Book) Rows(name string, under act.RowID, on calendar.Date) (out []register.Row, err error) {
	for _, r := range b {
		if r.ID.Register == name && (under.IsZero() || b.Covers(under, r.ID, on)) {
			out = append(out, r)
		}
	}
	return out, nil
}

// Row finds one.
func (b Book) Row(id act.RowID, _ calendar.Date) (register.Row, bool, error) {
	for _, r := range b {
		if r.ID == id {
			return r, true, nil
		}
	}
	return register.Row{}, false, nil
}

// Covers walks from below up to above.
func (b Book) Covers(above, below act.RowID, on calendar.Date) bool {
	for range len(b) + 1 {
		if below == above {
			return true
		}
		r, ok, _ := b.Row(below, on)
		if !ok || r.Parent.IsZero() {
			return false
		}
		below = r.Parent
	}
	return false
}

// charter says yes to every name, so that an example needs no charter around it. Registers are those with rows or with
// declared fields.
type charter struct{ w *World }

func (c charter) HasRole(string) bool   { return true }
func (c charter) HasBody(string) bool   { return true }
func (c charter) HasMethod(string) bool { return true }

func (c charter) RegisterFields(name string) (map[string]string, bool) {
	if f, ok := c.w.Fields[name]; ok {
		return f, true
	}
	rows, _ := c.w.Book.Rows(name, act.RowID{}, calendar.Date{})
	if len(rows) == 0 {
		return nil, false
	}
	fields := map[string]string{}
	for key, v := range rows[0].Values {
		switch v.(type) {
		case string:
			fields[key] = "text"
		case int64:
			fields[key] = "count"
		case bool:
			fields[key] = "yes"
		default:
			fields[key] = "list"
		}
	}
	return fields, true
}

func (c charter) Profiles(name string) (any, bool) {
	p, ok := c.w.Profiles[name]
	return p, ok
}

// Load decodes and checks one step as a charter would. Faults of form fail the test; findings of the check are returned.
func Load(t testing.TB, kind step.Kind, yaml string, w *World) (step.Step, []step.Finding) {
	t.Helper()
	n, faults := source.Parse("methods/example.yaml", []byte(yaml))
	if len(faults) > 0 {
		t.Fatalf("yaml: %v", faults)
	}
	s, faults := kind.Decode(n)
	if len(faults) > 0 {
		t.Fatalf("decode: %v", faults)
	}
	env, err := expr.NewEnv(w.Names)
	if err != nil {
		t.Fatal(err)
	}
	c := &step.Checker{Charter: charter{w}, Method: "example", Key: "example", Steps: append(slices.Sorted(maps.Keys(w.Did)), "example"), Env: env, Start: w.Start, Node: n}
	if common := s.Shared(); common.Limit != "" {
		common.CheckLimit(c)
	}
	s.Check(c)
	return s, step.Findings(c.List)
}

// Must is Load for a step that the check has nothing to say about.
func Must(t testing.TB, kind step.Kind, yaml string, w *World) step.Step {
	t.Helper()
	s, findings := Load(t, kind, yaml, w)
	for _, f := range findings {
		t.Fatalf("check: %s %s %s %v", f.Place, f.Severity, f.Code, f.Args)
	}
	return s
}

// Laws reads the owners' rule profiles of a charter's rules/ folder, for ballots.
func Laws(t testing.TB, dir string) vote.Profiles {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "owners_*.yaml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no rule files in %s: %v", dir, err)
	}
	var list []vote.Profile
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n, faults := source.Parse(name, raw)
		p, more := vote.ReadProfile(n)
		if len(faults)+len(more) > 0 {
			t.Fatal(faults, more)
		}
		list = append(list, p)
	}
	laws, clashes := vote.NewProfiles(list)
	if len(clashes) > 0 {
		t.Fatal(clashes)
	}
	return laws
}
