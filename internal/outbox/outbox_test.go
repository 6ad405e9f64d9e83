package outbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/outbox"
	"gongzhi/internal/store"
)

func begin(t *testing.T, h *house.House, who act.Person, id string) act.Matter {
	t.Helper()
	r, err := h.Desk.Begin(t.Context(), housetest.Actor(t, h, who), "note", housetest.Compound, housetest.Submission(id, ""))
	if err != nil {
		t.Fatal(err)
	}
	return r.Matter
}

func submit(t *testing.T, h *house.House, who act.Person, m act.Matter, id string) {
	t.Helper()
	if _, err := h.Desk.Submit(t.Context(), housetest.Actor(t, h, who), m, housetest.Submission(id, "submit", "line", "x")); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, h *house.House, do func(context.Context, *store.Tx) error) {
	t.Helper()
	if err := h.Store.Write(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func spread(t *testing.T, h *house.House, want int) {
	t.Helper()
	if n, err := h.Outbox.Spread(t.Context(), h.Store); err != nil || n != want {
		t.Fatalf("%d events were spread, %v; want %d", n, err, want)
	}
}

// told lists what a person's notes are about.
func told(t *testing.T, h *house.House, who act.Person) (kinds []string) {
	t.Helper()
	list, err := h.Outbox.Notes(t.Context(), h.Store.Read(), who, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range list {
		kinds = append(kinds, fmt.Sprintf("%d %s", n.Matter, n.Kind))
	}
	return kinds
}

func TestWhoIsTold(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		m := begin(t, h, "li", "begin-0001") // for the owners and the worker of compound c1
		spread(t, h, 2)
		for who, want := range map[act.Person]string{"li": "[]", "zhao": "[1 work]", "wang": "[1 work]", "wu": "[]", "qian": "[]", "chen": "[]"} {
			if got := fmt.Sprint(told(t, h, who)); got != want {
				t.Errorf("%s is told %s, want %s", who, got, want)
			}
		}
		c.Advance(time.Hour)
		submit(t, h, "wang", m, "submit-001") // which ends it
		spread(t, h, 1)
		for who, want := range map[act.Person]string{"li": "[1 decided]", "zhao": "[1 work]", "wang": "[1 work]"} {
			if got := fmt.Sprint(told(t, h, who)); got != want {
				t.Errorf("at the end %s is told %s, want %s", who, got, want)
			}
		}
		spread(t, h, 0) // nothing is left
		if n, err := h.Outbox.Unseen(t.Context(), h.Store.Read(), "wang", 99); n != 1 || err != nil {
			t.Errorf("unseen %d, %v", n, err)
		}
		write(t, h, func(ctx context.Context, tx *store.Tx) error { return h.Outbox.See(ctx, tx, "wang") })
		if n, err := h.Outbox.Unseen(t.Context(), h.Store.Read(), "wang", 99); n != 0 || err != nil {
			t.Errorf("unseen %d after seeing, %v", n, err)
		}
	})
}

// What was refused, and what is only sent again, tells nobody.
func TestWhatDidNotHappenIsNotTold(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		m := begin(t, h, "li", "begin-0001")
		begin(t, h, "li", "begin-0001")
		if _, err := h.Desk.Submit(t.Context(), housetest.Actor(t, h, "wang"), m, housetest.Submission("submit-001", "submit")); !fault.Is(err, fault.Invalid) {
			t.Fatalf("without its field: %v", err)
		}
		spread(t, h, 2)
		if _, err := h.Desk.Refold(t.Context()); err != nil {
			t.Fatal(err)
		}
		spread(t, h, 0)
	})
}

// Roles that nobody holds leave no row; a target outside that follows such work has one kept.
func TestWorkThatNobodyFollowsIsNotKept(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		nobody := outbox.Event{Matter: 1, Seq: 1, Kind: outbox.Work, Role: "nobody", Step: "write", Verb: "x", At: c.Now().UnixMicro()}
		begin(t, h, "li", "begin-0001")
		spread(t, h, 2)
		add := func() {
			write(t, h, func(ctx context.Context, tx *store.Tx) error {
				return h.Outbox.Add(ctx, tx, []outbox.Event{nobody, nobody})
			})
		}
		add()
		spread(t, h, 0)
		h.Outbox.Connect(outbox.Target{Name: "city", Kinds: []string{outbox.Work}})
		add()
		spread(t, h, 1)
		if list, err := h.Outbox.Take(t.Context(), h.Store, "city", 10); err != nil || len(list) != 1 {
			t.Errorf("taken %v, %v", list, err)
		}
	})
}

// Whoever holds two roles in a matter, and whoever is told anew after a crash, has one note and one message.
func TestOneMessageForOnePersonAndEvent(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		housetest.Admit(t, h, housetest.Person{Name: "zhao", Role: "worker", Scope: act.RowID{Register: "community", ID: "south"}})
		write(t, h, func(ctx context.Context, tx *store.Tx) error {
			return h.Outbox.Prefer(ctx, tx, outbox.Preference{Person: "zhao", Channel: outbox.Email, Address: "zhao@yanshi.example", Work: true})
		})
		begin(t, h, "li", "begin-0001")
		// It is taken, made half, and the process dies: the lease ends and somebody takes it again.
		dead, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.Outbox.Spread(dead, h.Store); err == nil {
			t.Fatal("a dead process spread something")
		}
		c.Advance(3 * time.Minute)
		spread(t, h, 2)
		if got := fmt.Sprint(told(t, h, "zhao")); got != "[1 work]" {
			t.Errorf("notes %s", got)
		}
		list, err := h.Outbox.Take(t.Context(), h.Store, outbox.Email, 10)
		if err != nil || len(list) != 1 || list[0].Person != "zhao" {
			t.Errorf("messages %+v, %v", list, err)
		}
	})
}

// Many at once take each message once.
func TestAMessageIsTakenByOne(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		h.Outbox.Connect(outbox.Target{Name: "city", Kinds: []string{outbox.Work}})
		for i := range 20 {
			begin(t, h, "li", fmt.Sprintf("begin-%04d", i))
		}
		spread(t, h, 40)
		var mu sync.Mutex
		taken := map[string]int{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				list, err := h.Outbox.Take(t.Context(), h.Store, "city", 5)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, m := range list {
					taken[m.ID]++
				}
			})
		}
		all.Wait()
		for id, n := range taken {
			if n != 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
		}
		if len(taken) != 20 {
			t.Errorf("%d of 20 were taken", len(taken))
		}
		c.Advance(6 * time.Minute) // all takers have died
		if list, err := h.Outbox.Take(t.Context(), h.Store, "city", 50); err != nil || len(list) != 20 || list[0].Tries != 2 {
			t.Errorf("after their leases %d are taken, %v", len(list), err)
		}
	})
}

func TestPreferences(t *testing.T) {
	h, _ := housetest.Open(t)
	prefer := func(p outbox.Preference) error {
		return h.Store.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return h.Outbox.Prefer(ctx, tx, p) })
	}
	for _, bad := range []outbox.Preference{
		{Person: "li", Channel: outbox.Email}, {Person: "li", Channel: outbox.Email, Address: "li"},
		{Person: "li", Channel: outbox.Email, Address: "Li <li@yanshi.example>"},
		{Person: "li", Channel: outbox.Email, Address: "li@yanshi.example\r\nBcc: all@yanshi.example"},
		{Person: "li", Channel: outbox.SMS, Address: "12345"}, {Person: "li", Channel: outbox.SMS, Address: "2380000000"},
		{Person: "li", Channel: "pigeon", Address: "x"},
	} {
		if err := prefer(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	want := outbox.Preference{Person: "li", Channel: outbox.Email, Address: "li@yanshi.example", Decided: true}
	if err := prefer(want); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Outbox.Preference(t.Context(), h.Store.Read(), "li"); err != nil || got != want {
		t.Errorf("kept %+v, %v", got, err)
	}
	begin(t, h, "wang", "begin-0001")
	spread(t, h, 2)
	if got := told(t, h, "li"); len(got) != 0 {
		t.Errorf("told of what they do not want to hear: %v", got)
	}
}

// Who may not do a piece of work is not told of it, nor is anybody but the one it was given to by name; when it is given
// to somebody else, they are told in their turn.
func TestWorkIsToldToWhomItIsOpen(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		housetest.Admit(t, h, housetest.Person{Name: "wang", Role: "chief"}) // who drafts must not approve
		housetest.Admit(t, h, housetest.Person{Name: "vo2", Role: "volunteer", Scope: housetest.Compound})
		do := func(who act.Person, m act.Matter, verb string, pairs ...string) {
			t.Helper()
			c.Advance(time.Minute)
			id := fmt.Sprintf("%s-%s-%d", verb, who, c.Now().Unix())
			if _, err := h.Desk.Submit(t.Context(), housetest.Actor(t, h, who), m, housetest.Submission(id, verb, pairs...)); err != nil {
				t.Fatalf("%s by %s: %v", verb, who, err)
			}
			for {
				if n, err := h.Outbox.Spread(t.Context(), h.Store); err != nil || n == 0 {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
			}
		}
		count := func(who act.Person, step string) (n int) {
			t.Helper()
			list, err := h.Outbox.Notes(t.Context(), h.Store.Read(), who, 100)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				if x.Kind == outbox.Work && x.Step == step {
					n++
				}
			}
			return n
		}
		r, err := h.Desk.Begin(t.Context(), housetest.Actor(t, h, "wang"), "renewal", housetest.Compound, housetest.Submission("begin-0001", "", "why", "x"))
		if err != nil {
			t.Fatal(err)
		}
		do("wang", r.Matter, "submit", "plan", "p", "cost", "200000.00")
		do("sun", r.Matter, "post", "summary", "s")
		c.Advance(8 * housetest.Day)
		if err := h.Desk.Tick(t.Context(), r.Matter, c.Now()); err != nil {
			t.Fatal(err)
		}
		do("chen", r.Matter, "approve")
		for who, want := range map[act.Person]int{"wang": 0, "chen": 1, "deng": 1} {
			if got := count(who, "approval"); got != want {
				t.Errorf("%s is told %d times of the approval, want %d", who, got, want)
			}
		}
		do("deng", r.Matter, "approve")
		do("sun", r.Matter, "assign", "assignee", "vo", "task", "x")
		if a, b := count("vo", "hand"), count("vo2", "hand"); a != 1 || b != 0 {
			t.Errorf("given to vo: vo is told %d times, vo2 %d", a, b)
		}
		do("sun", r.Matter, "reassign", "assignee", "vo2", "task", "x", "reason", "y")
		if a, b := count("vo", "hand"), count("vo2", "hand"); a != 1 || b != 1 {
			t.Errorf("then given to vo2: vo is told %d times, vo2 %d", a, b)
		}
	})
}
