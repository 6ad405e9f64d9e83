package desk

import (
	"context"
	"strings"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// MaxDecision is the longest decision by which a matter is moved, in characters.
const MaxDecision = 400

// Move has an open matter go on under the version of the charter that is in force, by a decision that is recorded with it.
// What was done stays as it was done; what was due until now falls due under the old version first. It refuses a matter
// that goes by that version already, one that is closed, and one whose record does not fit the new version; see
// [method.Method.Adopt].
func (d *Desk) Move(ctx context.Context, by act.By, number act.Matter, decision string) error {
	decision = strings.TrimSpace(decision)
	basis := fault.Basis{Clause: "roles.yaml"}
	var bad fault.Fields
	switch n := utf8.RuneCountInString(decision); {
	case n == 0:
		bad.Add("decision", "field.required", nil)
	case n > MaxDecision:
		bad.Add("decision", "field.long", fault.Args{"Max": MaxDecision, "Got": n})
	}
	if err := bad.Err("form.faults", basis); err != nil {
		return err
	}
	return unavailable(d.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		w, err := d.open(ctx, tx, number)
		if err != nil {
			return err
		}
		to := d.Charter()
		switch {
		case !to.Moves(by.Role):
			return fault.Refuse(fault.Denied, "move.role", basis, nil)
		case to.Digest == w.charter.Digest:
			return fault.Refuse(fault.Conflict, "move.there", basis, fault.Args{"Matter": int64(number)})
		}
		if err := w.pass(w.now); err != nil {
			return err
		}
		m, ok := to.Method(w.run.Matter.Method)
		if !ok {
			return fault.Refuse(fault.Conflict, "move.method", basis, fault.Args{"Matter": int64(number)})
		}
		acts, err := d.ledger.Acts(ctx, tx, number, 0)
		if err != nil {
			return err
		}
		run, err := m.Adopt(w.method, w.run, append(acts, w.chain.Acts()...))
		if err != nil {
			return err
		}
		a := act.Act{Kind: act.Moved, At: w.now, Recorded: w.now, By: by, Basis: act.Basis{Charter: to.Digest, Clause: "roles.yaml"}}
		if a, err = w.chain.Add(a, act.Move{From: w.charter.Digest, To: to.Digest, Decision: decision}, nil); err != nil {
			return err
		}
		if err := m.Fold(run, a); err != nil {
			return err
		}
		w.charter, w.method, w.run, w.context = to, m, run, d.around(ctx, tx, to, w.now)
		if err := w.pass(w.now); err != nil {
			return err
		}
		return w.finish(ctx, w.now)
	}))
}
