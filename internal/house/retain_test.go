package house_test

import (
	"context"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/access"
	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// kept is a house of Linshanzhai with one closed matter that holds a sealed answer and a file.
type kept struct {
	*house.House
	clock *clock.Manual
	t     *testing.T
	file  step.File
}

var yanshi12 = act.RowID{Register: "compound", ID: "yanshi12"}

// newKept opens it; rules replaces text in privacy.yaml.
func newKept(t *testing.T, rules ...string) *kept {
	t.Helper()
	ctx := context.Background()
	files := fstest.MapFS{}
	err := fs.WalkDir(charters.Linshanzhai(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(charters.Linshanzhai(), path)
		if path == "privacy.yaml" {
			raw = []byte(strings.NewReplacer(rules...).Replace(string(raw)))
		}
		files[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	k := &kept{clock: clock.NewManual(housetest.Start), t: t}
	k.House = open(t, house.Config{Dir: t.TempDir(), Clock: k.clock, Charter: files})
	rows := book.Set{On: calendar.DateOf(housetest.Start), Entries: []register.Entry{
		{ID: yanshi12, Parent: act.RowID{Register: "community", ID: "nyyh"}, Values: map[string]any{"name": "演示路12号院", "address": "演示路12号"}},
		{ID: act.RowID{Register: "person", ID: "a"}, Parent: yanshi12, Values: map[string]any{"name": "演示甲", "phone": "13800008888"}},
	}}
	if _, err := k.Change(ctx, act.By{Role: act.HouseItself}, "rows-0001", "registers/", rows); err != nil {
		t.Fatal(err)
	}
	for _, p := range []housetest.Person{{Name: "wang", Role: "community_worker", Scope: act.RowID{Register: "community", ID: "nyyh"}}} {
		housetest.Admit(t, k.House, p)
	}
	if k.file, err = k.Files.Put(ctx, k.Store, "演示.pdf", strings.NewReader("%PDF-1.4 defect")); err != nil {
		t.Fatal(err)
	}
	wang := housetest.Actor(t, k.House, "wang")
	r, err := k.Desk.Begin(ctx, wang, "defect", yanshi12, step.Submission{
		ID: "defect-0001", Values: map[string][]string{"where_it_is": {"1号楼"}, "what_is_wrong": {"漏水"}}, Files: map[string][]step.File{"photo_of_it": {k.file}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Desk.Submit(ctx, wang, r.Matter, housetest.Submission("look-0001", "submit", "finding", "no_defect", "finding_reason", "不属于")); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *kept) retain() {
	k.t.Helper()
	if err := k.Retain(context.Background()); err != nil {
		k.t.Fatal(err)
	}
	if err := k.Verify(context.Background()); err != nil {
		k.t.Error(err)
	}
}

func (k *kept) sealed() int {
	k.t.Helper()
	acts, err := k.Ledger.Acts(context.Background(), k.Store.Read(), 1, 0)
	if err != nil {
		k.t.Fatal(err)
	}
	values, err := k.Ledger.Unseal(context.Background(), k.Store.Read(), acts[0])
	if err != nil {
		k.t.Fatal(err)
	}
	return len(values)
}

func (k *kept) certificates() (out []house.Certificate) {
	k.t.Helper()
	for _, a := range houseActs(k.t, k.House) {
		if a.Kind == house.Destroyed {
			var c house.Certificate
			if err := a.Into(&c); err != nil {
				k.t.Fatal(err)
			}
			out = append(out, c)
		}
	}
	return out
}

// Answers stay for twelve months after their matter closed and not a day longer; the chain verifies without them, the
// file goes with them, and the certificate says how much, not what.
func TestAnswersAreDestroyedWhenTheirTimeIsOver(t *testing.T) {
	k := newKept(t)
	k.clock.Set(time.Date(2027, 3, 2, 15, 0, 0, 0, time.UTC))
	k.retain()
	if k.sealed() != 2 {
		t.Fatalf("on the last day %d of 2 answers are there", k.sealed())
	}
	k.clock.Set(time.Date(2027, 3, 3, 0, 0, 0, 0, time.UTC))
	k.retain()
	if k.sealed() != 0 {
		t.Errorf("%d answers outlived their time", k.sealed())
	}
	if _, err := k.Files.Get(context.Background(), k.Store.Read(), k.file.Hash); err == nil {
		t.Error("the file outlived the answer that named it")
	}
	c := k.certificates()
	if len(c) != 1 || c[0].Rule != "services" || c[0].Matter != 1 || c[0].N != 2 || c[0].Files != 1 || c[0].Basis == "" || c[0].Root == "" {
		t.Errorf("certificates %+v", c)
	}
	k.retain()
	if again := k.certificates(); len(again) != 1 {
		t.Error("nothing was left, and a certificate was written all the same")
	}
}

// What was collected for an emergency goes as soon as the matter is closed.
func TestEmergencyDataEndsWithItsEvent(t *testing.T) {
	k := newKept(t, "retention:\n", "retention:\n  emergency:\n    data: answers\n    name: { zh: 应急数据, en: Emergency data }\n    methods: [defect]\n    at_close: true\n    basis: 突发事件应对法第八十四条\n")
	k.retain()
	if c := k.certificates(); k.sealed() != 0 || len(c) != 1 || c[0].Rule != "emergency" {
		t.Errorf("%d answers are there after the close, certificates %+v", k.sealed(), c)
	}
}

func TestTheRestIsDestroyedInTime(t *testing.T) {
	k := newKept(t)
	ctx := context.Background()
	unused, err := k.Files.Put(ctx, k.Store, "名册.csv", strings.NewReader("楼栋,房号\n1,101\n"))
	if err != nil {
		t.Fatal(err)
	}
	err = k.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		e := access.Entry{By: act.By{Person: "wang", Role: "community_worker"}, Purpose: "contact", Door: "web", Object: "row person/a", Fields: []string{"phone"}, Subject: "a"}
		if err := k.Access.Add(ctx, tx, e, e); err != nil {
			return err
		}
		h := people.Household{Person: "a", Name: "演示甲", Role: "owner", Scope: act.RowID{Register: "part", ID: "p101"}}
		_, err := k.People.Issue(ctx, tx, h, tx.Now().Add(90*24*time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	end := book.Set{On: calendar.DateOf(housetest.Start).Add(1), End: []act.RowID{{Register: "person", ID: "a"}}}
	k.clock.Advance(24 * time.Hour)
	if _, err := k.Change(ctx, act.By{Role: act.HouseItself}, "rows-0002", "registers/", end); err != nil {
		t.Fatal(err)
	}
	k.retain()
	if len(k.certificates()) != 0 {
		t.Errorf("too early: %+v", k.certificates())
	}
	k.clock.Set(housetest.Start.AddDate(4, 0, 0))
	k.retain()
	got := map[string]int64{}
	for _, c := range k.certificates() {
		got[c.Rule] += c.N
	}
	for rule, want := range map[string]int64{"services": 2, "people": 1, "access_log": 1, "household_codes": 1, "uploads": 1} {
		if got[rule] != want {
			t.Errorf("%s destroyed %d, want %d", rule, got[rule], want)
		}
	}
	if _, err := k.Files.Get(ctx, k.Store.Read(), unused.Hash); err == nil {
		t.Error("a file that nothing names is still there")
	}
	if left, err := k.Access.Latest(ctx, k.Store.Read(), math.MaxInt64, 9); err != nil || len(left) != 1 {
		t.Errorf("of the access log %d entries are left, want the last: %v", len(left), err)
	}
}

// Whoever sold a flat has no say over it any more, and the code that lies in their letter box opens nothing.
func TestASaleRecallsTheSeller(t *testing.T) {
	k := newKept(t)
	ctx := context.Background()
	today := calendar.DateOf(housetest.Start)
	building, part := act.RowID{Register: "building", ID: "y12b1"}, act.RowID{Register: "part", ID: "y12p101"}
	buyer := act.RowID{Register: "person", ID: "b"}
	change := func(id string, on calendar.Date, entries ...register.Entry) house.Changed {
		c, err := k.Change(ctx, act.By{Role: act.HouseItself}, id, "registers/", book.Set{On: on, Entries: entries})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	flat := func(owners ...string) register.Entry {
		return register.Entry{ID: part, Parent: building, Values: map[string]any{"room": "101", "area": int64(6000), "kind": "flat", "state": "sold", "owners": owners}}
	}
	change("rows-0003", today, register.Entry{ID: building, Parent: yanshi12, Values: map[string]any{"number": "1号楼"}}, flat("person/a", "person/c"),
		register.Entry{ID: buyer, Parent: yanshi12, Values: map[string]any{"name": "演示乙"}})
	housetest.Admit(t, k.House, housetest.Person{Name: "a", Role: "owner", Scope: part})
	housetest.Admit(t, k.House, housetest.Person{Name: "c", Role: "owner", Scope: part})
	var code string
	err := k.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		code, err = k.People.Issue(ctx, tx, people.Household{Person: "a", Name: "演示甲", Role: "owner", Scope: part}, tx.Now().Add(time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := change("rows-0004", today, flat("person/b", "person/c"))
	if len(c.Recalled) != 1 {
		t.Errorf("recalled %v, want the seller's mandate alone", c.Recalled)
	}
	if a := housetest.Actor(t, k.House, "a"); len(a.Mandates) != 0 {
		t.Error("the seller is still an owner")
	}
	if a := housetest.Actor(t, k.House, "c"); len(a.Mandates) != 1 {
		t.Error("the other owner is none any more")
	}
	err = k.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, _, err := k.People.Redeem(ctx, tx, code, "")
		return err
	})
	if !fault.Is(err, fault.Denied) {
		t.Errorf("the seller's code still opens the door: %v", err)
	}
}

func TestRecall(t *testing.T) {
	h, _ := housetest.Open(t)
	ctx, by := context.Background(), act.By{Role: act.HouseItself}
	scope, yesterday := act.RowID{Register: "community", ID: "south"}, calendar.DateOf(housetest.Start).Add(-1)
	if err := h.Recall(ctx, by, "wang", "worker", scope, yesterday, ""); err != nil {
		t.Fatal(err)
	}
	if a := housetest.Actor(t, h, "wang"); len(a.Mandates) != 0 {
		t.Error("a recalled mandate is still held")
	}
	if err := h.Recall(ctx, by, "wang", "worker", scope, yesterday, ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("recalling it again: %v", err)
	}
	housetest.Admit(t, h, housetest.Person{Name: "wang", Role: "worker", Scope: scope})
	if a := housetest.Actor(t, h, "wang"); len(a.Mandates) != 1 {
		t.Error("it could not be given again")
	}
}
