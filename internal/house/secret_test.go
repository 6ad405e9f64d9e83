package house_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/urn"
)

const electionYAML = `method: election
name: { zh: 推选, en: Election }
says: { zh: 无记名推选。, en: An election in secret. }
law: 试验街道办法
subject: compound
title: { zh: "{subject}推选", en: "Election of {subject}" }
start: { by: [worker] }
results:
  done: { zh: 已投票, en: Voted }
steps:
  vote:
    kind: secret_ballot
    name: { zh: 投票, en: Vote }
    law: 试验街道办法第十条
    within: 20 days
    candidates: { most: 9, seats: 5 }
    rule: { quorum: over 1/2, of: present, pass: over 1/2, basis: 试验街道办法第十条 }
    window: 3 days
    open: { by: [worker] }
    cast: { by: [volunteer] }
    next: { passed: end done, not_passed: end done, not_quorate: end done, void: end done }
`

// electing is the made-up subdistrict with an election.
func electing(t *testing.T) fs.FS {
	t.Helper()
	out := fstest.MapFS{"methods/election.yaml": &fstest.MapFile{Data: []byte(electionYAML)}}
	err := fs.WalkDir(housetest.Charter(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(name, "scenarios/") {
			return err
		}
		raw, err := fs.ReadFile(housetest.Charter(), name)
		out[name] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// copied is everything in a data folder, as a backup or a thief has it: the database, its log, files and keys.
type copied map[string][]byte

func copyOf(t *testing.T, dir string) copied {
	t.Helper()
	out := copied{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[name] = raw
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// without leaves out the files of a folder.
func (c copied) without(dir string) copied {
	out := copied{}
	for name, raw := range c {
		if !strings.HasPrefix(name, dir) {
			out[name] = raw
		}
	}
	return out
}

func (c copied) lay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, raw := range c {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// voted is an election that was held: a copy after each voter, and one after the count.
type voted struct {
	box    urn.Box
	copies []copied
	urns   [][]string // what the urn held after each voter, read with its key
	acts   []act.Act
}

// hold has one voter after another drop a slip, a minute apart, and counts.
func hold(t *testing.T, slips []string) voted {
	t.Helper()
	ctx, dir, c := context.Background(), t.TempDir(), clock.NewManual(housetest.Start)
	h := housetest.With(t, house.Config{Dir: dir, Charter: electing(t), Clock: c})
	for i := range slips {
		housetest.Admit(t, h, housetest.Person{Name: voter(i), Role: "volunteer", Scope: housetest.Compound})
	}
	wang := housetest.Actor(t, h, "wang")
	begun, err := h.Desk.Begin(ctx, wang, "election", housetest.Compound, housetest.Submission("begin-0001", "begin"))
	if err != nil {
		t.Fatal(err)
	}
	out := voted{box: urn.Box{Matter: begun.Matter, Step: "vote", Visit: 1}}
	names := make([]string, len(slips[0]))
	for i := range names {
		names[i] = fmt.Sprintf("演示%d", i+1)
	}
	open := housetest.Submission("open-00001", "open", "entitled", fmt.Sprint(len(slips)), "names", strings.Join(names, "\n"))
	if _, err := h.Desk.Submit(ctx, wang, begun.Matter, open); err != nil {
		t.Fatal(err)
	}
	for i, slip := range slips {
		c.Advance(time.Minute)
		s := housetest.Submission(fmt.Sprintf("cast-%05d", i), "cast")
		for j, mark := range slip {
			s.Values[fmt.Sprintf("%sc%d", step.Secret, j+1)] = []string{map[rune]string{'y': "yes", 'n': "no", 'a': "abstain"}[mark]}
		}
		if _, err := h.Desk.Submit(ctx, housetest.Actor(t, h, voter(i)), begun.Matter, s); err != nil {
			t.Fatal(err)
		}
		got, err := h.Urns.Slips(ctx, h.Store.Read(), out.box)
		if err != nil {
			t.Fatal(err)
		}
		out.urns, out.copies = append(out.urns, got), append(out.copies, copyOf(t, dir))
	}
	c.Advance(5 * housetest.Day)
	if err := h.Desk.Tick(ctx, begun.Matter, c.Now()); err != nil {
		t.Fatal(err)
	}
	if out.acts, err = h.Ledger.Acts(ctx, h.Store.Read(), begun.Matter, 0); err != nil {
		t.Fatal(err)
	}
	out.copies = append(out.copies, copyOf(t, dir))
	return out
}

func voter(i int) act.Person { return act.Person(fmt.Sprintf("v%02d", i)) }

// Slips that nobody could mistake for anything else in a file.
var slips = []string{"yynnyanya", "nnyyynaan", "anynynyny", "yanayanan", "nynaynyya", "aannyynyn", "ynaynnany", "nayynaayn"}

// Whoever holds every byte there ever was of a secret vote but the key of its urn, or every byte that there is after the
// count, cannot tell who voted what: not by content, key, order, time or size, nor from what one copy has over another.
func TestNobodyCanLinkASlip(t *testing.T) {
	ctx := context.Background()
	turned := slices.Clone(slips)
	slices.Reverse(turned) // everybody votes as another did
	a, b := hold(t, slips), hold(t, turned)

	// The test itself can link: with the key in hand, one copy against the next gives each voter's slip away.
	for i, slip := range slips {
		before := []string{}
		if i > 0 {
			before = a.urns[i-1]
		}
		if want := slices.Sorted(slices.Values(append(slices.Clone(before), slip))); !reflect.DeepEqual(a.urns[i], want) {
			t.Fatalf("the urn after voter %d holds %v: the attack that this test must see fail does not work", i, a.urns[i])
		}
	}

	// By content: no slip, nor its letters as words, stands in any byte of any copy.
	for k, copy := range a.copies {
		for name, raw := range copy {
			for _, slip := range slips {
				for _, form := range []string{slip, step.Secret + "c1", reversed(slip)} {
					if bytes.Contains(raw, []byte(form)) {
						t.Errorf("copy %d: %s holds %q", k, name, form)
					}
				}
			}
		}
	}

	// By order, time and size: there is one value for all slips, of the same size from the first to the last, and as often
	// as it is written it looks otherwise.
	seen := map[string]bool{}
	size := 0
	for k, copy := range a.copies[:len(slips)] {
		rows := boxes(t, copy)
		if len(rows) != 1 || size != 0 && len(rows[0]) != size || seen[string(rows[0])] {
			t.Fatalf("copy %d has %d boxes, the first of %d bytes where the one before had %d, seen before: %v", k, len(rows), len(rows[0]), size, seen[string(rows[0])])
		}
		size, seen[string(rows[0])] = len(rows[0]), true
	}

	// By everything else: two votes with the same people at the same instants, where everybody votes as another did, leave
	// the same record to the byte until the count, and count the same.
	counted := len(a.acts) - 1
	for i := range a.acts {
		x, y := a.acts[i], b.acts[i]
		if x.Kind == "secret_ballot.counted" {
			counted = i
		}
		if i < counted && x.Hash != y.Hash || string(x.Body) != string(y.Body) {
			t.Errorf("act %d, %s, differs with what people chose:\n%s\n%s", x.Seq, x.Kind, x.Body, y.Body)
		}
	}
	if x, y := submissions(t, a.copies[len(slips)-1]), submissions(t, b.copies[len(slips)-1]); !reflect.DeepEqual(x, y) || len(x) != len(slips)+2 {
		t.Errorf("what is remembered of submissions differs with what people chose:\n%v\n%v", x, y)
	}

	// After the count: the key is gone, and with all that is left no copy from before can be opened.
	last := a.copies[len(a.copies)-1]
	if left := len(last) - len(last.without(filepath.Join("keys", "urns"))); left != 0 {
		t.Errorf("%d keys of urns are left after the count", left)
	}
	for k, copy := range a.copies[:len(slips)] {
		stolen := copy.without("keys")
		for name, raw := range last {
			if strings.HasPrefix(name, "keys") {
				stolen[name] = raw
			}
		}
		dir := stolen.lay(t)
		db := openDB(t, dir)
		if got, err := urn.New(1, filepath.Join(dir, "keys", "urns")).Slips(ctx, db.Read(), a.box); !errors.Is(err, urn.ErrLost) {
			t.Errorf("copy %d still opens after the count: %v %v", k, got, err)
		}
	}
}

// A vote whose key is lost while it is open takes no more slips, says so, and is void at its end: it is never counted from
// what happens to be left.
func TestAnUrnWithoutItsKeyIsVoid(t *testing.T) {
	ctx, dir, c := context.Background(), t.TempDir(), clock.NewManual(housetest.Start)
	h := housetest.With(t, house.Config{Dir: dir, Charter: electing(t), Clock: c})
	for i := range 2 {
		housetest.Admit(t, h, housetest.Person{Name: voter(i), Role: "volunteer", Scope: housetest.Compound})
	}
	wang := housetest.Actor(t, h, "wang")
	begun, err := h.Desk.Begin(ctx, wang, "election", housetest.Compound, housetest.Submission("begin-0001", "begin"))
	if err != nil {
		t.Fatal(err)
	}
	names := "甲\n乙\n丙\n丁\n戊"
	if _, err := h.Desk.Submit(ctx, wang, begun.Matter, housetest.Submission("open-00001", "open", "entitled", "2", "names", names)); err != nil {
		t.Fatal(err)
	}
	cast := func(i int) error {
		s := housetest.Submission(fmt.Sprintf("cast-%05d", i), "cast")
		for j := range 5 {
			s.Values[fmt.Sprintf("%sc%d", step.Secret, j+1)] = []string{"yes"}
		}
		_, err := h.Desk.Submit(ctx, housetest.Actor(t, h, voter(i)), begun.Matter, s)
		return err
	}
	if err := cast(0); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "keys", "urns")); err != nil {
		t.Fatal(err)
	}
	if err := cast(1); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a slip went into an urn without a key: %v", err)
	}
	c.Advance(5 * housetest.Day)
	if err := h.Desk.Tick(ctx, begun.Matter, c.Now()); err != nil {
		t.Fatal(err)
	}
	acts, err := h.Ledger.Acts(ctx, h.Store.Read(), begun.Matter, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(acts, func(a act.Act) bool { return a.Kind == act.Ended && strings.Contains(string(a.Body), `"void"`) }) {
		t.Error("the vote was not void")
	}
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func openDB(t *testing.T, dir string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), store.Config{URL: filepath.Join(dir, "gongzhi.db"), Now: func() time.Time { return housetest.Start }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

var attack = store.MustQueries("attack", `
-- name: boxes
-- Every box, as a thief reads it.
SELECT sealed FROM urn WHERE tenant = $1;

-- name: submissions
-- What is remembered of submissions.
SELECT id, matter, first, last, content, recorded FROM submission WHERE tenant = $1 ORDER BY id;
`)

func boxes(t *testing.T, c copied) [][]byte {
	t.Helper()
	rows, err := store.Select[[]byte](context.Background(), openDB(t, c.lay(t)).Read(), attack.Get("boxes"), 1)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

type remembered struct {
	ID       string `db:"id"`
	Matter   int64  `db:"matter"`
	First    int64  `db:"first"`
	Last     int64  `db:"last"`
	Content  string `db:"content"`
	Recorded int64  `db:"recorded"`
}

func submissions(t *testing.T, c copied) []remembered {
	t.Helper()
	rows, err := store.Select[remembered](context.Background(), openDB(t, c.lay(t)).Read(), attack.Get("submissions"), 1)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
