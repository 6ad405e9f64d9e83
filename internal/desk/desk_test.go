package desk_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/ledger"
	"gongzhi/internal/scenario"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

var ctx = context.Background()

func begin(t *testing.T, h *house.House, who act.Person, method, id string, pairs ...string) ledger.Receipt {
	t.Helper()
	r, err := h.Desk.Begin(ctx, housetest.Actor(t, h, who), method, housetest.Compound, housetest.Submission(id, "", pairs...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func submit(t *testing.T, h *house.House, who act.Person, m act.Matter, id, verb string, pairs ...string) (ledger.Receipt, error) {
	t.Helper()
	return h.Desk.Submit(ctx, housetest.Actor(t, h, who), m, housetest.Submission(id, verb, pairs...))
}

func must(t *testing.T, h *house.House, who act.Person, m act.Matter, id, verb string, pairs ...string) ledger.Receipt {
	t.Helper()
	r, err := submit(t, h, who, m, id, verb, pairs...)
	if err != nil {
		t.Fatalf("%s by %s: %v", verb, who, err)
	}
	return r
}

func acts(t *testing.T, h *house.House, m act.Matter) []act.Act {
	t.Helper()
	list, err := h.Ledger.Acts(ctx, h.Store.Read(), m, 0)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// step tells where a matter stands; "" when it is closed.
func at(t *testing.T, h *house.House, m act.Matter) string {
	t.Helper()
	var key string
	if err := h.Desk.Read(ctx, m, func(_ context.Context, _ store.Q, s desk.Standing) error { key = s.Run.Step; return nil }); err != nil {
		t.Fatal(err)
	}
	return key
}

// whole makes sure that nothing is left half-written: chains verify, and the docket is what folding gives.
func whole(t *testing.T, h *house.House) {
	t.Helper()
	if err := h.Verify(ctx); err != nil {
		t.Error(err)
	}
	before, err := scenario.Dump(ctx, h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Desk.Refold(ctx); err != nil {
		t.Fatal(err)
	}
	after, err := scenario.Dump(ctx, h)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("folding the docket again changed it: %s", diff)
	}
}

func TestTheSameSubmissionIsTakenOnce(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		r := begin(t, h, "wang", "note", "sub-begin-1")
		if again := begin(t, h, "wang", "note", "sub-begin-1"); again != r {
			t.Errorf("begun again: %+v, first %+v", again, r)
		}
		// Refused, and accepted later under the same id: a refusal is not remembered.
		if _, err := submit(t, h, "wang", r.Matter, "sub-write-1", "submit"); !fault.Is(err, fault.Invalid) {
			t.Fatalf("without its field: %v", err)
		}
		w := must(t, h, "wang", r.Matter, "sub-write-1", "submit", "line", "x", "secret", "y")
		c.Advance(housetest.Day)
		if again := must(t, h, "wang", r.Matter, "sub-write-1", "submit", "line", "x", "secret", "y"); again != w {
			t.Errorf("sent again after the matter closed: %+v, first %+v", again, w)
		}
		for name, send := range map[string]func() error{
			"other words": func() error {
				_, err := submit(t, h, "wang", r.Matter, "sub-write-1", "submit", "line", "z")
				return err
			},
			"another matter": func() error {
				_, err := submit(t, h, "wang", r.Matter+1, "sub-write-1", "submit", "line", "x", "secret", "y")
				return err
			},
			"a beginning": func() error {
				_, err := h.Desk.Begin(ctx, housetest.Actor(t, h, "wang"), "note", housetest.Compound, housetest.Submission("sub-write-1", ""))
				return err
			},
		} {
			err := send()
			if r, ok := fault.As(err); !ok || r.Code != "submission.reused" {
				t.Errorf("the same id with %s: %v", name, err)
			}
		}
		for _, id := range []string{"", "short", strings.Repeat("x", 65), "sub-'; DROP TABLE act"} {
			if _, err := submit(t, h, "wang", r.Matter, id, "submit"); !fault.Is(err, fault.Invalid) {
				t.Errorf("id %q: %v", id, err)
			}
		}
		if n := len(acts(t, h, r.Matter)); n != 5 {
			t.Errorf("%d acts, want 5", n)
		}
		whole(t, h)
	})
}

// The same submission on its way many times at once leads to one thing and one answer for all.
func TestTheSameSubmissionAtOnce(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		wang := housetest.Actor(t, h, "wang")
		var begun, written [16]ledger.Receipt
		var errs [16]error
		together(16, func(i int) {
			begun[i], errs[i] = h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission("sub-begin-1", ""))
		})
		together(16, func(i int) {
			if errs[i] == nil {
				written[i], errs[i] = h.Desk.Submit(ctx, wang, begun[0].Matter, housetest.Submission("sub-write-1", "submit", "line", "x"))
			}
		})
		for i := range errs {
			if errs[i] != nil || begun[i] != begun[0] || written[i] != written[0] {
				t.Errorf("%d: %+v, %+v, %v", i, begun[i], written[i], errs[i])
			}
		}
		whole(t, h)
	})
}

func together(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// Sixty-four at one matter that takes one answer, and each at a matter of their own: everybody is accepted or refused
// on their own.
func TestManyAtOnce(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		const n = 64
		wang := housetest.Actor(t, h, "wang")
		one := begin(t, h, "wang", "note", "sub-begin-1").Matter
		var errs, own [n]error
		together(2*n, func(i int) {
			if i < n {
				_, errs[i] = h.Desk.Submit(ctx, wang, one, housetest.Submission(fmt.Sprintf("sub-one-%04d", i), "submit", "line", "x"))
				return
			}
			i -= n
			r, err := h.Desk.Begin(ctx, wang, "note", housetest.Compound, housetest.Submission(fmt.Sprintf("sub-own-%04d", i), ""))
			if err == nil {
				line := "x"
				if i%2 == 1 {
					line = "" // refused, beside others that are accepted
				}
				_, err = h.Desk.Submit(ctx, wang, r.Matter, housetest.Submission(fmt.Sprintf("sub-put-%04d", i), "submit", "line", line))
			}
			own[i] = err
		})
		accepted := 0
		for i := range n {
			r, refused := fault.As(errs[i])
			switch {
			case errs[i] == nil:
				accepted++
			case !refused || r.Code != "form.closed":
				t.Errorf("%d at one matter: %v", i, errs[i])
			}
			if odd := i%2 == 1; odd != fault.Is(own[i], fault.Invalid) || !odd && own[i] != nil {
				t.Errorf("%d at its own matter: %v", i, own[i])
			}
		}
		if accepted != 1 {
			t.Errorf("%d were accepted at a form that is filled in once", accepted)
		}
		whole(t, h)
	})
}

// A method that runs once on a row is begun once, whoever is faster.
func TestOnceIsOnce(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		wang := housetest.Actor(t, h, "wang")
		var errs [16]error
		together(16, func(i int) {
			_, errs[i] = h.Desk.Begin(ctx, wang, "renewal", housetest.Compound, housetest.Submission(fmt.Sprintf("sub-begin-%d", i), "", "why", "x"))
		})
		begun := 0
		for i, err := range errs {
			r, refused := fault.As(err)
			if err == nil {
				begun++
			} else if !refused || r.Code != "method.once" || r.Basis.Clause == "" {
				t.Errorf("%d: %v", i, err)
			}
		}
		if begun != 1 {
			t.Errorf("begun %d times", begun)
		}
		whole(t, h)
	})
}

// renewed is the charter with another limit, so that both versions can be told apart.
func renewed(t *testing.T) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(housetest.Charter(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(housetest.Charter(), path)
		if path == "methods/note.yaml" {
			raw = []byte(strings.ReplaceAll(string(raw), "key: line,", "key: words,"))
		}
		out[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestMattersStayOnTheirVersion(t *testing.T) {
	c := clock.NewManual(housetest.Start)
	cfg := house.Config{Dir: t.TempDir(), Clock: c}
	h := housetest.With(t, cfg)
	old := begin(t, h, "wang", "note", "sub-begin-1").Matter
	next, findings, err := charter.Load(renewed(t))
	if err != nil || charter.Broken(findings) {
		t.Fatal(findings, err)
	}
	if err := h.Desk.Install(ctx, act.By{Role: act.HouseItself}, next); err != nil {
		t.Fatal(err)
	}
	if err := h.Desk.Install(ctx, act.By{Role: act.HouseItself}, next); err != nil {
		t.Fatal("installed again: ", err)
	}
	fresh := begin(t, h, "wang", "note", "sub-begin-2").Matter
	// The house is closed and opened under the new version; the old one is found in the database.
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Charter = renewed(t)
	h = housetest.With(t, cfg)
	if _, err := submit(t, h, "wang", old, "sub-old-0001", "submit", "words", "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the old matter under the new question: %v", err)
	}
	if _, err := submit(t, h, "wang", fresh, "sub-new-0001", "submit", "line", "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the new matter under the old question: %v", err)
	}
	must(t, h, "wang", old, "sub-old-0002", "submit", "line", "x")
	must(t, h, "wang", fresh, "sub-new-0002", "submit", "words", "x")
	if a, b := acts(t, h, old), acts(t, h, fresh); a[0].Basis.Charter == b[0].Basis.Charter || a[len(a)-1].Basis.Charter != a[0].Basis.Charter {
		t.Error("acts do not name the version they were done under")
	}
	installed := 0
	for _, a := range acts(t, h, act.House) {
		if a.Kind == act.Installed {
			installed++
		}
	}
	if installed != 2 {
		t.Errorf("%d installations on record, want 2", installed)
	}
	whole(t, h)
}

func TestSealedValuesAreForgottenAndTheChainStands(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		m := begin(t, h, "wang", "note", "sub-begin-1").Matter
		must(t, h, "wang", m, "sub-write-1", "submit", "line", "in the open", "secret", "TELL-NOBODY")
		var told act.Act
		for _, a := range acts(t, h, m) {
			raw, err := json.Marshal(a)
			if err != nil || strings.Contains(string(raw), "TELL-NOBODY") {
				t.Fatalf("act %d shows what was said in confidence: %s %v", a.Seq, raw, err)
			}
			if len(a.Sealed) > 0 {
				told = a
			}
		}
		got, err := h.Ledger.Unseal(ctx, h.Store.Read(), told)
		if err != nil || got["secret"] != "TELL-NOBODY" {
			t.Fatalf("Unseal = %v, %v", got, err)
		}
		forget := func() (there bool) {
			err := h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
				there, _, err = h.Ledger.Erase(ctx, tx, m, told.Seq, "secret")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return there
		}
		if !forget() || forget() {
			t.Error("Erase says true once, and false when there is nothing any more")
		}
		if got, err := h.Ledger.Unseal(ctx, h.Store.Read(), told); err != nil || len(got) != 0 {
			t.Errorf("after Erase: %v, %v", got, err)
		}
		whole(t, h)
	})
}

// Deadlines that fell while nobody was there count as done at their own instant, whoever comes first.
func TestALateSubmissionMeetsWhatFellDueBefore(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		m := begin(t, h, "wang", "renewal", "sub-begin-1", "why", "x").Matter
		must(t, h, "wang", m, "sub-draft-1", "submit", "plan", "p", "cost", "1")
		must(t, h, "sun", m, "sub-post-1", "post", "summary", "s")
		c.Advance(30 * housetest.Day)
		_, err := submit(t, h, "li", m, "sub-object-1", "object", "reason", "late")
		if r, ok := fault.As(err); !ok || r.Code != "notice.closed" || r.Basis.Clause == "" {
			t.Fatalf("thirty days late: %v", err)
		}
		if got := at(t, h, m); got != "publicity" {
			t.Errorf("a refusal moved the matter to %s", got)
		}
		must(t, h, "chen", m, "sub-approve-1", "approve")
		var ended act.Act
		for _, a := range acts(t, h, m) {
			if a.Kind == act.Ended && a.Step == "publicity" {
				ended = a
			}
		}
		if want := time.Date(2026, 3, 9, 16, 0, 0, 0, time.UTC); !ended.At.Equal(want) || !ended.Recorded.Equal(h.Clock.Now()) || ended.By.Role != act.Clock {
			t.Errorf("the notice ended at %s (want %s), recorded %s, by %s", ended.At, want, ended.Recorded, ended.By.Role)
		}
		inOrder(t, acts(t, h, m))
		whole(t, h)
	})
}

// inOrder makes sure that no act counts as done before the one it follows.
func inOrder(t *testing.T, list []act.Act) {
	t.Helper()
	for i := 1; i < len(list); i++ {
		if list[i].At.Before(list[i-1].At) || list[i].Recorded.Before(list[i-1].Recorded) {
			t.Errorf("act %d at %s, recorded %s, stands after %s, %s", list[i].Seq, list[i].At, list[i].Recorded, list[i-1].At, list[i-1].Recorded)
		}
	}
}

func TestAClockSetBackDatesNothingBack(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		m := begin(t, h, "wang", "renewal", "sub-begin-1", "why", "x").Matter
		c.Advance(housetest.Day)
		must(t, h, "wang", m, "sub-draft-1", "submit", "plan", "p", "cost", "1")
		c.Advance(-300 * housetest.Day)
		must(t, h, "sun", m, "sub-post-1", "post", "summary", "s")
		inOrder(t, acts(t, h, m))
		whole(t, h)
	})
}

// Children are opened with their parent and tell it when they end, also when two end at once.
func TestChildrenTellTheirParent(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		parent := begin(t, h, "wang", "batch", "sub-batch-1").Matter
		var children []act.Child
		err := h.Desk.Read(ctx, parent, func(_ context.Context, _ store.Q, s desk.Standing) error {
			children = append(children, s.Run.Children...)
			return nil
		})
		if err != nil || len(children) != 2 {
			t.Fatalf("children %+v, %v", children, err)
		}
		wang := housetest.Actor(t, h, "wang")
		var errs [2]error
		together(2, func(i int) {
			_, errs[i] = h.Desk.Submit(ctx, wang, children[i].Matter, housetest.Submission(fmt.Sprintf("sub-child-%d", i), "submit", "line", "x"))
		})
		for i, err := range errs {
			if err != nil {
				t.Errorf("child %d: %v", i, err)
			}
		}
		list := acts(t, h, parent)
		told := 0
		for _, a := range list {
			if a.Kind == act.ChildClosed {
				told++
			}
		}
		if last := list[len(list)-1]; told != 2 || last.Kind != act.Closed {
			t.Errorf("the parent was told of %d children and ends with %s", told, last.Kind)
		}
		inOrder(t, list)
		whole(t, h)
	})
}

// One bad act in the database, whatever was changed in it, is found.
func TestTamperingIsFound(t *testing.T) {
	h, _ := housetest.Open(t)
	m := begin(t, h, "wang", "note", "sub-begin-1").Matter
	must(t, h, "wang", m, "sub-write-1", "submit", "line", "x", "secret", "y")
	list := acts(t, h, m)
	change := map[string]func(*act.Act){
		"kind": func(a *act.Act) { a.Kind = "form.other" }, "body": func(a *act.Act) { a.Body = json.RawMessage(`{"answers":{"line":"z"}}`) },
		"at": func(a *act.Act) { a.At = a.At.Add(time.Microsecond) }, "recorded": func(a *act.Act) { a.Recorded = a.Recorded.Add(1000) },
		"person": func(a *act.Act) { a.By.Person = "sun" }, "role": func(a *act.Act) { a.By.Role = "chief" }, "clause": func(a *act.Act) { a.Basis.Clause += "x" },
		"matter": func(a *act.Act) { a.Matter++ }, "sealed": func(a *act.Act) { a.Sealed = append(a.Sealed, act.Commitment{Field: "x"}) }, "step": func(a *act.Act) { a.Step += "x" },
		"submission": func(a *act.Act) { a.Submission += "x" }, "prev": func(a *act.Act) { a.Prev += "x" }, "seq": func(a *act.Act) { a.Seq++ },
		"tenant": func(a *act.Act) { a.Tenant++ }, "mandate": func(a *act.Act) { a.By.Mandate += "x" }, "charter": func(a *act.Act) { a.Basis.Charter += "x" },
	}
	for name, do := range change {
		a := list[2]
		a.Sealed = append([]act.Commitment(nil), a.Sealed...)
		do(&a)
		if err := a.Verify(list[1].Hash, 3); err == nil {
			t.Errorf("%s was changed and nothing noticed", name)
		}
	}
	if err := list[2].Verify(list[1].Hash, 3); err != nil {
		t.Error(err)
	}
}

// The same with the database itself: whoever can write to the file cannot change what is on record unnoticed.
func TestTamperingWithTheFileIsFound(t *testing.T) {
	for name, change := range map[string]string{
		"changed":  `UPDATE act SET body = '{"outcome":"bad"}' WHERE matter = 1 AND seq = 3`,
		"moved":    `UPDATE act SET seq = 99 WHERE matter = 1 AND seq = 5`,
		"taken":    `DELETE FROM act WHERE matter = 1 AND seq = 3`,
		"dated":    `UPDATE act SET at = at - 1 WHERE matter = 1 AND seq = 2`,
		"unrolled": `UPDATE register_row SET body = replace(body, '101', '999') WHERE register = 'part' AND id = 'p101'`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			h := housetest.With(t, house.Config{Dir: dir, Clock: clock.NewManual(housetest.Start)})
			m := begin(t, h, "wang", "note", "sub-begin-1").Matter
			must(t, h, "wang", m, "sub-write-1", "submit", "line", "x")
			if err := h.Verify(ctx); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("sqlite", filepath.Join(dir, "gongzhi.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if res, err := db.Exec(change); err != nil {
				t.Fatal(err)
			} else if n, _ := res.RowsAffected(); n != 1 {
				t.Fatalf("%d rows changed", n)
			}
			if err := h.Verify(ctx); err == nil {
				t.Error("nothing was noticed")
			}
		})
	}
}

// A fault in the middle of a batch leaves the others in it, and a matter's run is what is on disk afterwards.
func TestARolledBackWriteLeavesNothing(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		m := begin(t, h, "wang", "renewal", "sub-begin-1", "why", "x").Matter
		gone, cancel := context.WithCancel(ctx)
		defer cancel()
		var all sync.WaitGroup
		for i := range 32 {
			all.Go(func() {
				c := ctx
				if i%2 == 0 {
					c = gone
				}
				_, _ = h.Desk.Begin(c, housetest.Actor(t, h, "wang"), "note", housetest.Compound, housetest.Submission(fmt.Sprintf("sub-note-%04d", i), ""))
			})
			if i == 16 {
				cancel()
			}
		}
		all.Wait()
		must(t, h, "wang", m, "sub-draft-1", "submit", "plan", "p", "cost", "1")
		for i := 1; i < 32; i += 2 {
			if _, there, err := h.Ledger.Submission(ctx, h.Store.Read(), fmt.Sprintf("sub-note-%04d", i)); err != nil || !there {
				t.Errorf("submission %d is gone: %v", i, err)
			}
		}
		whole(t, h)
	})
}

// What is written under a wrong number is a fault of ours, and takes back everything beside it.
func TestKeepIsOneTransaction(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		before := len(acts(t, h, act.House))
		by := act.By{Role: act.HouseItself}
		err := h.Desk.Keep(ctx, by, "test.kept", "x", map[string]any{}, nil, func(context.Context, *store.Tx) error { return fault.Refuse(fault.Denied, "x", fault.Basis{}, nil) })
		if !fault.Is(err, fault.Denied) {
			t.Errorf("Keep = %v", err)
		}
		var errs [24]error
		together(24, func(i int) {
			errs[i] = h.Desk.Keep(ctx, by, "test.kept", "x", map[string]any{"n": i}, nil, func(context.Context, *store.Tx) error { return nil })
		})
		for i, err := range errs {
			if err != nil {
				t.Errorf("%d: %v", i, err)
			}
		}
		if after := len(acts(t, h, act.House)); after != before+24 {
			t.Errorf("%d acts more, want 24", after-before)
		}
		whole(t, h)
	})
}

// Two processes serve one PostgreSQL. What one installs, new matters at the other begin under too; those that have begun stay
// on theirs.
func TestAnotherProcessInstallsACharter(t *testing.T) {
	url, dir := storetest.URL(t, store.Postgres), t.TempDir()
	with := func(files fs.FS) *house.House {
		return housetest.With(t, house.Config{Dir: dir, URL: url, Clock: clock.NewManual(housetest.Start), Charter: files})
	}
	first := with(nil)
	old := first.Desk.Charter().Digest
	before := begin(t, first, "wang", "note", "sub-begin-1").Matter
	second := with(renewed(t))
	if err := first.Desk.Follow(ctx); err != nil {
		t.Fatal(err)
	}
	after := begin(t, first, "wang", "note", "sub-begin-2").Matter
	for m, want := range map[act.Matter]act.Digest{before: old, after: second.Desk.Charter().Digest} {
		if got := acts(t, first, m)[0].Basis.Charter; got != want {
			t.Errorf("matter %d runs under %s, want %s", m, got, want)
		}
	}
}

func TestNothingIsKnownOfWhatIsNotThere(t *testing.T) {
	h, _ := housetest.Open(t)
	wang := housetest.Actor(t, h, "wang")
	for code, send := range map[string]func() error{
		"matter.unknown": func() error { _, err := submit(t, h, "wang", 99, "sub-00000001", "submit"); return err },
		"method.unknown": func() error {
			_, err := h.Desk.Begin(ctx, wang, "nothing", housetest.Compound, housetest.Submission("sub-00000001", ""))
			return err
		},
		"method.subject": func() error {
			_, err := h.Desk.Begin(ctx, wang, "note", act.RowID{Register: "part", ID: "p101"}, housetest.Submission("sub-00000001", ""))
			return err
		},
	} {
		if r, ok := fault.As(send()); !ok || r.Code != code {
			t.Errorf("want %s, got %v", code, send())
		}
	}
}
