package house

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gongzhi/internal/access"
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/docket"
	"gongzhi/internal/store"
)

// Destroyed is the act by which data whose time was over was destroyed, in the house's own book; its body is
// Certificate.
const Destroyed = "data.destroyed"

// Certificate says what was destroyed, under which rule, and how much; never what it was. Root is SHA-256 over one line
// for each value, "matter seq field", row or file, so that the list can be checked against the record.
type Certificate struct {
	Rule    string       `json:"rule"`
	Data    charter.Held `json:"data"`
	Basis   string       `json:"basis,omitempty"`
	Matter  act.Matter   `json:"matter,omitempty"`
	N       int64        `json:"n"`
	Files   int          `json:"files,omitempty"`
	Root    act.Digest   `json:"root,omitempty"`
	Entries *access.Gone `json:"entries,omitempty"` // of the access log
}

// atOnce is how many values one act destroys at most: a transaction must not hold the others up.
const atOnce = 500

// Retain destroys everything whose time is over by the charter's rules of retention, each lot with its act. What fails
// under one rule does not stop the others; doing it again goes on where it stopped.
func (h *House) Retain(ctx context.Context) error {
	p := h.Desk.Charter().Privacy
	for _, key := range p.RetentionKeys() {
		r := keeper{h, key, p.Retention[key]}
		var err error
		switch r.Data {
		case charter.HeldAnswers: // below, matter by matter
		case charter.HeldRows:
			err = r.rows(ctx)
		case charter.HeldAccess:
			err = r.access(ctx)
		case charter.HeldCodes:
			err = r.codes(ctx)
		case charter.HeldUploads:
			err = r.uploads(ctx)
		}
		if err != nil {
			return fmt.Errorf("house: retention %s: %w", key, err)
		}
	}
	return h.retainAnswers(ctx)
}

// keeper carries one rule out.
type keeper struct {
	*House
	key string
	charter.Retention
}

// over tells whether something has been kept long enough from an instant on.
func (k keeper) over(from time.Time) bool {
	if k.AtClose {
		return true
	}
	end, _ := k.Keep.End(k.Desk.Charter().Calendar, from)
	return !k.Clock.Now().Before(end)
}

// before is the instant from which on things are still kept: what was made earlier is over. It is found by asking over,
// since a month has no fixed length.
func (k keeper) before() time.Time {
	day := calendar.DateOf(k.Clock.Now())
	for n := k.Keep.N; ; n++ { // at least so many days, in whatever unit
		if from := day.Add(-n).Start(); k.over(from) {
			return from
		}
	}
}

// record does one lot and the act of it; do fills the certificate in and says whether there was anything.
func (k keeper) record(ctx context.Context, c *Certificate, do func(context.Context, *store.Tx) (bool, error)) (more bool, err error) {
	c.Rule, c.Data, c.Basis = k.key, k.Data, k.Basis
	err = k.Desk.KeepIf(ctx, act.By{Role: act.Clock}, Destroyed, "privacy.yaml#retention."+k.key, c, nil, func(ctx context.Context, tx *store.Tx) (bool, error) {
		more, err = do(ctx, tx)
		return more, err
	})
	return more && err == nil, err
}

func root(lines []string) act.Digest { return act.Sum([]byte(strings.Join(lines, ""))) }

// retainAnswers goes through the matters that still hold sealed values.
func (h *House) retainAnswers(ctx context.Context) error {
	for after := act.House; ; {
		m, ok, err := h.Ledger.NextSealed(ctx, h.Store.Read(), after)
		if err != nil || !ok {
			return err
		}
		after = m
		k, due, err := h.answersOver(ctx, m)
		if err != nil {
			return err
		}
		for due {
			if due, err = k.answers(ctx, m); err != nil {
				return fmt.Errorf("house: retention %s, matter %d: %w", k.key, m, err)
			}
		}
	}
}

// answersOver finds the rule for a matter's answers and whether their time is over: by the matter above all that opened
// it, where that one's answers end with its close, else by its own.
func (h *House) answersOver(ctx context.Context, number act.Matter) (k keeper, due bool, err error) {
	p := h.Desk.Charter().Privacy
	find := func(n act.Matter) (docket.Matter, error) {
		m, ok, err := h.Docket.Find(ctx, h.Store.Read(), n)
		if err == nil && !ok {
			err = fmt.Errorf("house: the docket has no matter %d", n)
		}
		return m, err
	}
	own, err := find(number)
	if err != nil {
		return k, false, err
	}
	for m := own; ; {
		if key, ok := p.KeptBy(m.Method); ok && p.Retention[key].AtClose {
			return keeper{h, key, p.Retention[key]}, m.Step == "", nil
		}
		if m.Parent == 0 {
			break
		}
		if m, err = find(act.Matter(m.Parent)); err != nil {
			return k, false, err
		}
	}
	key, ok := p.KeptBy(own.Method)
	if !ok || own.Step != "" {
		return k, false, nil
	}
	k = keeper{h, key, p.Retention[key]}
	return k, k.over(time.UnixMicro(own.Updated)), nil
}

// answers destroys one lot of a matter's sealed answers.
func (k keeper) answers(ctx context.Context, m act.Matter) (bool, error) {
	var files []act.Digest
	c := Certificate{Matter: m}
	more, err := k.record(ctx, &c, func(ctx context.Context, tx *store.Tx) (bool, error) {
		gone, orphans, err := k.Ledger.EraseSome(ctx, tx, m, atOnce)
		if err != nil {
			return false, err
		}
		lines := make([]string, len(gone))
		for i, s := range gone {
			lines[i] = fmt.Sprintf("%d %d %s\n", s.Matter, s.Seq, s.Field)
		}
		files, c.N, c.Files, c.Root = orphans, int64(len(gone)), len(orphans), root(lines)
		return len(gone) > 0, k.Files.Forget(ctx, tx, orphans)
	})
	if err != nil || len(files) == 0 {
		return more, err
	}
	return more, k.Files.Clear(ctx, k.Store.Read(), files)
}

// rows forgets the people of rows that ended.
func (k keeper) rows(ctx context.Context) error {
	last := calendar.DateOf(k.before())
	for _, register := range k.Registers {
		for more := true; more; {
			var c Certificate
			var err error
			more, err = k.record(ctx, &c, func(ctx context.Context, tx *store.Tx) (bool, error) {
				ids, err := k.Book.EndedHolding(ctx, tx, k.Tenant, register, last, atOnce)
				if err != nil || len(ids) == 0 {
					return false, err
				}
				lines := make([]string, len(ids))
				for i, id := range ids {
					lines[i] = id.String() + "\n"
					if err := k.Book.Forget(ctx, tx, k.Tenant, id); err != nil {
						return false, err
					}
				}
				c.N, c.Root = int64(len(ids)), root(lines)
				return true, nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// access removes the oldest entries of the access log.
func (k keeper) access(ctx context.Context) error {
	before := k.before()
	for more := true; more; {
		var c Certificate
		var err error
		more, err = k.record(ctx, &c, func(ctx context.Context, tx *store.Tx) (bool, error) {
			gone, err := k.Access.Drop(ctx, tx, before, atOnce)
			c.N, c.Entries = gone.N, &gone
			return gone.N > 0, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// codes removes household codes that let nobody in any more.
func (k keeper) codes(ctx context.Context) error {
	before := k.before()
	var c Certificate
	_, err := k.record(ctx, &c, func(ctx context.Context, tx *store.Tx) (_ bool, err error) {
		c.N, err = k.People.DropCodes(ctx, tx, before)
		return c.N > 0, err
	})
	return err
}

// uploads removes files that no answer names.
func (k keeper) uploads(ctx context.Context) error {
	before, after := k.before(), act.Digest("")
	for {
		list, err := k.Files.PrivateBefore(ctx, k.Store.Read(), after, before, atOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1]
		var c Certificate
		var gone []act.Digest
		_, err = k.record(ctx, &c, func(ctx context.Context, tx *store.Tx) (bool, error) {
			gone = nil
			var lines []string
			for _, hash := range list {
				uses, err := k.Ledger.FileUses(ctx, tx, hash)
				if err != nil {
					return false, err
				}
				if len(uses) == 0 {
					gone, lines = append(gone, hash), append(lines, string(hash)+"\n")
				}
			}
			c.N, c.Root = int64(len(gone)), root(lines)
			return len(gone) > 0, k.Files.Forget(ctx, tx, gone)
		})
		if err != nil {
			return err
		}
		if err := k.Files.Clear(ctx, k.Store.Read(), gone); err != nil {
			return err
		}
	}
}
