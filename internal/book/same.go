package book

import (
	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// siblings makes sure that no new or changed row is, by the fields its register names, the same as another in the
// same place: a second 3号楼 in one compound would split its rooms between two. It asks once for each row of the plan,
// however many lie beside it.
func (p *planner) siblings() error {
	planned := map[act.RowID]bool{}
	for _, list := range [][]Change{p.plan.Added, p.plan.Changed, p.plan.Ending} {
		for _, ch := range list {
			planned[ch.ID] = true
		}
	}
	taken := map[string]act.RowID{} // what makes a row the same, in its place → who has it
	for _, list := range [][]Change{p.plan.Added, p.plan.Changed} {
		for _, ch := range list {
			schema, _ := p.schemas.Get(ch.ID.Register)
			word := p.b.sameWord(p.tenant, schema, ch.Parent, ch.values)
			other, ok := taken[word]
			if !ok {
				var err error
				if other, ok, err = p.standing(word, ch.ID, planned); err != nil {
					return err
				}
			}
			if ok {
				p.fault(ch.Row, schema.Same[0], "book.same", fault.Args{"Row": ch.ID.String(), "Other": other.String()})
				continue
			}
			taken[word] = ch.ID
		}
	}
	return nil
}

// standing finds a row with a word that the plan leaves as it is.
func (p *planner) standing(word string, id act.RowID, planned map[act.RowID]bool) (act.RowID, bool, error) {
	paths, err := store.Select[string](p.ctx, p.q, hasWord, p.tenant, word, id.Register, 10)
	if err != nil {
		return act.RowID{}, false, err
	}
	for _, path := range paths {
		if other := rowAt(path); other != id && !planned[other] {
			s, err := p.last(other)
			if err != nil {
				return act.RowID{}, false, err
			}
			if s != nil && s.Ended == 0 {
				return other, true, nil
			}
		}
	}
	return act.RowID{}, false, nil
}
