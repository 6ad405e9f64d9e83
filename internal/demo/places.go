package demo

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/sheet"
	"gongzhi/internal/sheet/rostertest"
)

func row(name, id string) act.RowID { return act.RowID{Register: name, ID: id} }

func (f *filler) now() calendar.Date { return calendar.DateOf(f.House.Clock.Now()) }

// change writes rows as one change set. Giving the same rows again, after a filling that was broken off, changes
// nothing.
func (f *filler) change(ctx context.Context, id, clause string, set book.Set) error {
	set.On = f.now()
	_, err := f.Change(ctx, byHouse, id, clause, set)
	return err
}

// entry reads a row as people write it.
func (f *filler) entry(id, parent act.RowID, given map[string]string) (register.Entry, error) {
	for key, value := range given {
		if value == "" {
			delete(given, key)
		}
	}
	schema, ok := f.Charter.Registers.Get(id.Register)
	if !ok {
		return register.Entry{}, fmt.Errorf("the charter has no register %q", id.Register)
	}
	values, bad := schema.Parse(given, f.now())
	if len(bad) > 0 {
		return register.Entry{}, fmt.Errorf("%s: %s: %s", id, bad[0].Name, bad[0].Code)
	}
	return register.Entry{ID: id, Parent: parent, Values: values}, nil
}

// rowSet gathers entries until the first that cannot be read.
type rowSet struct {
	f    *filler
	list []register.Entry
	err  error
}

func (s *rowSet) add(id, parent act.RowID, given map[string]string) {
	e, err := s.f.entry(id, parent, given)
	if err != nil && s.err == nil {
		s.err = err
	}
	s.list = append(s.list, e)
}

// doors are those of each landing, where a compound has no roster.
const doors = 2

// places writes communities, compounds and sections of road.
func (f *filler) places(ctx context.Context) error {
	s := rowSet{f: f}
	g := lay()
	for _, c := range f.cast.Communities {
		s.add(row("community", c.ID), act.RowID{}, map[string]string{"name": c.Name, "shape": g.communities[c.ID].String()})
	}
	for id, shape := range g.communities {
		if !slices.ContainsFunc(f.cast.Communities, func(c community) bool { return c.ID == id }) { // the charter has brought it
			s.list = append(s.list, register.Entry{ID: row("community", id), Values: map[string]any{"shape": shape.String()}})
		}
	}
	for _, c := range f.cast.Compounds {
		if !c.Roster {
			c.Buildings, c.Households = "1", strconv.Itoa(f.cast.Staircases*f.cast.Storeys*doors)
		}
		s.add(row("compound", c.ID), f.home(c), map[string]string{
			"name": c.Name, "address": c.Address, "year_built": c.YearBuilt, "households": c.Households, "buildings": c.Buildings, "eligible": "yes", "management_mode": "none",
			"shape": g.place(f.home(c).ID),
		})
	}
	g.neighbours(&s)
	f.roads(&s)
	if s.err != nil {
		return s.err
	}
	return f.change(ctx, "demo-places", "registers/", book.Set{Entries: s.list})
}

// rooms writes the flats: from a roster where the compound has one, else a plain building.
func (f *filler) rooms(ctx context.Context) error {
	reader := func() *book.Reader { return f.Book.Reader(ctx, f.Store.Read(), f.Tenant, f.Charter.Registers) }
	for _, c := range f.cast.Compounds {
		write := f.plain
		if c.Roster {
			write = f.roster
		}
		if err := write(ctx, c); err != nil {
			return err
		}
		parts, err := reader().Rows("part", row("compound", c.ID), f.now())
		if err != nil {
			return err
		}
		for _, p := range parts {
			f.parts[c.ID] = append(f.parts[c.ID], p.ID)
			if owners := p.List("owners"); p.Text("state") == "sold" && len(owners) > 0 {
				f.owners[p.ID] = act.Person(strings.TrimPrefix(owners[0], "person/"))
			}
		}
	}
	return nil
}

// roster imports a roster as a community would bring it, once its faults are corrected.
func (f *filler) roster(ctx context.Context, c compound) error {
	var raw bytes.Buffer
	if _, err := rostertest.Write(&raw, false); err != nil {
		return err
	}
	tables, err := sheet.Read(ctx, bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	if err != nil {
		return err
	}
	imp, ok := f.Charter.Imports["roster"]
	if !ok {
		return fmt.Errorf("the charter has no import %q", "roster")
	}
	found, err := sheet.Find(tables, imp)
	if err != nil {
		return err
	}
	in := sheet.Input{
		Schemas: f.Charter.Registers, Compound: row("compound", c.ID), On: f.now(),
		Name: func(parts ...string) string { return f.Book.Pseudonym(f.Tenant, parts...) },
	}
	read := sheet.ReadRoster(found, in)
	clause := "imports/" + imp.Key + ".yaml"
	if len(read.Faults) > 0 {
		return fmt.Errorf("the roster of %s has %d faults, the first in row %d: %s", c.ID, len(read.Faults), read.Faults[0].Row, read.Faults[0].Code)
	}
	return f.change(ctx, "demo-rooms-"+c.ID, clause, read.Set(found, in))
}

// plain writes one building with an owner for each flat.
func (f *filler) plain(ctx context.Context, c compound) error {
	s := rowSet{f: f}
	compound, building := row("compound", c.ID), row("building", c.ID+"-1")
	s.add(building, compound, map[string]string{"number": f.cast.Building, "storeys": strconv.Itoa(f.cast.Storeys)})
	n := 0
	for unit := 1; unit <= f.cast.Staircases; unit++ {
		for storey := 1; storey <= f.cast.Storeys; storey++ {
			for door := 1; door <= doors; door++ {
				n++
				owner := row("person", fmt.Sprintf("%s-%d", c.ID, n))
				room := fmt.Sprintf("%d0%d", storey, door)
				s.add(owner, compound, map[string]string{"name": f.cast.Owner + strconv.Itoa(n)})
				s.add(row("part", fmt.Sprintf("%s-%d-%s", c.ID, unit, room)), building, map[string]string{
					"unit": strconv.Itoa(unit), "room": room, "area": f.cast.Area, "area_source": "register", "kind": "flat", "state": "sold", "owners": owner.String(),
				})
			}
		}
	}
	if s.err != nil {
		return s.err
	}
	return f.change(ctx, "demo-rooms-"+c.ID, "registers/part.yaml", book.Set{Entries: s.list})
}

// blank is a sheet of white paper as a scanner would see it.
func blank() []byte {
	paper := image.NewGray(image.Rect(0, 0, 420, 594))
	for i := range paper.Pix {
		paper.Pix[i] = 0xff
	}
	var b bytes.Buffer
	_ = png.Encode(&b, paper) // into memory, of a picture that is there
	return b.Bytes()
}

// admit gives everybody their account and their mandates: over the place that their role is given over, or every
// compound of the demo.
func (f *filler) admit(ctx context.Context, list *signIns) error {
	type one struct {
		p     person
		scope act.RowID
	}
	var first, more []one
	flats := f.parts[f.cast.Compounds[0].ID]
	for _, p := range f.cast.People {
		role := f.Charter.Roles[p.Role]
		switch role.Scope {
		case "":
			first = append(first, one{p, act.RowID{}})
		case "community":
			first = append(first, one{p, row("community", f.cast.Community)})
			seen := map[act.RowID]bool{row("community", f.cast.Community): true}
			for _, c := range f.cast.Compounds {
				if home := f.home(c); !seen[home] {
					seen[home] = true
					more = append(more, one{p, home})
				}
			}
		case "compound":
			for i, c := range f.cast.Compounds {
				if o := (one{p, row("compound", c.ID)}); i == 0 {
					first = append(first, o)
				} else {
					more = append(more, o)
				}
			}
		case "road_section":
			first = append(first, one{p, row("road_section", f.cast.Sections[0].ID)})
		default: // their own flat; one whose vote the stories leave open
			first = append(first, one{p, flats[len(flats)*7/10]})
		}
	}
	give := func(o one) error {
		m := people.Mandate{Role: o.p.Role, Scope: o.scope, Starts: f.now()}
		name := f.cast.Called + f.Charter.Roles[o.p.Role].Name.ZH
		who := f.account(o.p.Login, name)
		if f.Charter.Roles[o.p.Role].Own {
			who.Person = f.lives(o.p.Role, o.scope, who.Person)
		}
		return f.Admit(ctx, byHouse, who, list.Passwords[o.p.Login], m)
	}
	if err := together(first, give); err != nil {
		return err
	}
	return together(more, give)
}

// together does something for each of a list, some at a time: what arrives together shares a transaction, and a
// password takes a processor a while.
func together[T any](list []T, do func(T) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		first error
		slots = make(chan struct{}, 128)
	)
	for _, one := range list {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(one); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}
		})
	}
	wg.Wait()
	return first
}
