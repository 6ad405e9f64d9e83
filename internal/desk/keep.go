package desk

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
)

// keep writes the row that a draft tells of, under the mandate of whoever acts and on the clause of the step, in the
// transaction that records the act. What the book refuses is refused here, and nothing is recorded.
func (w *session) keep(by act.By, clause string, d act.Draft) error {
	written, ok := d.Body.(act.Written)
	if !ok || d.Kind != act.Kept {
		return nil
	}
	// The rules call back without a context; the transaction ends with the caller's own at its next statement.
	ctx, number := context.Background(), w.run.Matter.Number
	id, ok := register.ParseRowID(written.Row)
	schema, known := w.desk.Charter().Registers.Get(id.Register)
	if !ok || !known {
		return fault.Refuse(fault.Conflict, "keep.no_register", fault.Basis{Clause: clause}, fault.Args{"Register": id.Register})
	}
	e, today := register.Entry{ID: id, Values: map[string]any{}}, calendar.DateOf(w.tx.Now())
	var bad fault.Fields
	for _, field := range slices.Sorted(maps.Keys(written.Values)) {
		v := texts(written.Values[field])
		if f, ok := schema.Field(field); ok {
			if why := f.Fits(v); why != nil {
				bad.Add(field, why.Key(), why.Args)
			}
		}
		e.Values[field] = v
	}
	if err := bad.Err("form.faults", fault.Basis{Clause: clause}); err != nil {
		return err
	}
	row, there, err := w.context.Book.Row(id, today)
	switch {
	case err != nil:
		return err
	case there:
		e.Parent = row.Parent
	case schema.Parent != "":
		e.Parent = w.run.Matter.Subject
	}
	body, changed, err := w.desk.write(ctx, w.tx, fmt.Sprintf("m%d-%d", number, w.run.Seq+1), e, today)
	if no, refused := fault.As(err); refused {
		told := *no
		told.Basis = fault.Basis{Clause: clause}
		return &told
	}
	if err != nil || !changed {
		return err
	}
	return w.desk.houseAct(ctx, w.tx, by, w.charter.Digest, act.Changed, clause, body, nil)
}

// texts gives several texts of an act their type back.
func texts(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = fmt.Sprint(x)
	}
	return out
}
