package book

import (
	"fmt"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// siblings makes sure that no new or changed row is, by the fields its register names, the same as another in the
// same place: a second 3号楼 in one compound would split its rooms between two.
func (p *planner) siblings() error {
	planned := map[act.RowID]bool{}
	for _, list := range [][]Change{p.plan.Added, p.plan.Changed, p.plan.Ending} {
		for _, ch := range list {
			planned[ch.ID] = true
		}
	}
	taken := map[string]act.RowID{} // what makes a row the same, in its place → who has it
	read := map[string]bool{}
	for _, list := range [][]Change{p.plan.Added, p.plan.Changed} {
		for _, ch := range list {
			schema, _ := p.schemas.Get(ch.ID.Register)
			above := strings.TrimSuffix(ch.path, ch.ID.Register+"/"+sortable(ch.ID.ID)+"/")
			if place := ch.ID.Register + above; !read[place] {
				read[place] = true
				if err := p.standing(schema, above, planned, taken); err != nil {
					return err
				}
			}
			key := sameness(schema, above, ch.values)
			if other, ok := taken[key]; ok {
				p.fault(ch.Row, schema.Same[0], "book.same", fault.Args{"Row": ch.ID.String(), "Other": other.String()})
				continue
			}
			taken[key] = ch.ID
		}
	}
	return nil
}

// standing notes the rows of a register that lie directly in a place and that the plan leaves as they are.
func (p *planner) standing(schema *register.Schema, above string, planned map[act.RowID]bool, taken map[string]act.RowID) error {
	from, to := below(above)
	rows, err := store.Select[stored](p.ctx, p.q, latestUnder, p.tenant, schema.Key, from, to)
	if err != nil {
		return err
	}
	for _, s := range rows {
		if s.Ended == 1 || planned[s.row()] || pathOf(above, s.row()) != s.Path {
			continue
		}
		values, err := p.b.all(p.tenant, s)
		if err != nil {
			return err
		}
		taken[sameness(schema, above, values)] = s.row()
	}
	return nil
}

func sameness(schema *register.Schema, above string, values map[string]any) string {
	var b strings.Builder
	b.WriteString(schema.Key + "\x00" + above)
	for _, key := range schema.Same {
		fmt.Fprintf(&b, "\x00%v", values[key])
	}
	return b.String()
}
