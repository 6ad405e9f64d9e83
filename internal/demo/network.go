package demo

import (
	"context"
	"fmt"
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
)

// network is the size of what the report tells of, with made-up names: joint committees of every community, partner
// units that sit in them, Party members and the posts they hold.
type network struct {
	Units   int // partner units
	Twice   int // of them, how many sit in two communities
	Members int // Party members with a post
	Posts   int // more than members: some hold two
	Formed  string
	Duties  string
}

// network writes bodies, units and memberships, and the posts of Party members in the compounds that have no roster.
func (f *filler) network(ctx context.Context) error {
	in := f.Book.Reader(ctx, f.Store.Read(), f.Tenant, f.Charter.Registers)
	communities, err := in.Rows("community", act.RowID{}, f.now())
	if err != nil {
		return err
	}
	n, s := f.cast.Network, rowSet{f: f}
	s.add(row("body", "demo-committee"), act.RowID{}, map[string]string{"name": "街道党工委（演示）", "kind": "working_committee", "formed": n.Formed})
	for _, c := range communities {
		s.add(row("body", "demo-joint-"+c.ID.ID), act.RowID{}, map[string]string{
			"name": c.Name + "联合党委（演示）", "kind": "joint_committee", "formed": n.Formed, "place": c.ID.String(), "above": "body/demo-committee",
		})
	}
	sits := func(unit, i int) {
		id := fmt.Sprintf("demo-unit-%03d", unit)
		c := communities[i%len(communities)].ID.ID
		s.add(row("membership", id+"-"+c), row("body", "demo-joint-"+c), map[string]string{
			"member": "unit/" + id, "seat": "part_time", "from": fmt.Sprintf("2018-%02d-01", 1+unit%12), "agreement": fmt.Sprintf("2018-%02d-15", 1+unit%12),
		})
	}
	for unit := range n.Units {
		s.add(row("unit", fmt.Sprintf("demo-unit-%03d", unit)), act.RowID{}, map[string]string{"name": fmt.Sprintf("演示共建单位%03d", unit+1)})
		sits(unit, unit)
		if unit < n.Twice {
			sits(unit, unit+3)
		}
	}
	f.posts(&s)
	if s.err != nil {
		return s.err
	}
	return f.change(ctx, "demo-network", "registers/", book.Set{Entries: s.list})
}

// posts spreads the members over the compounds; the first of them hold a second post, and still count once.
func (f *filler) posts(s *rowSet) {
	var homes []string
	for _, c := range f.cast.Compounds {
		if !c.Roster {
			homes = append(homes, c.ID)
		}
	}
	kinds := []string{"self_management", "council", "compound_head"}
	for i := range f.cast.Network.Posts {
		member := i % f.cast.Network.Members
		id, home := fmt.Sprintf("demo-member-%03d", member), row("compound", homes[member%len(homes)])
		if i < f.cast.Network.Members {
			s.add(row("person", id), home, map[string]string{"name": fmt.Sprintf("演示党员%03d", member+1)})
		}
		kind := kinds[(i+i/f.cast.Network.Members)%2]
		if member < len(homes) && i < f.cast.Network.Members {
			kind = kinds[2] // one head to each compound
		}
		s.add(row("post", "demo-post-"+strconv.Itoa(i+1)), home, map[string]string{
			"kind": kind, "duties": f.cast.Network.Duties, "holder": "person/" + id, "how": []string{"claimed", "assigned"}[i%2], "from": "2018-05-01", "published": "2018-05-08",
		})
	}
}
