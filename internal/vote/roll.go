package vote

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
)

// Kind tells what an exclusive part is, as far as voting goes.
type Kind int

const (
	Dwelling Kind = iota + 1 // a flat, shop or office: always on the roll
	Space                    // parking or a stall: on the roll only where the assembly's rules say so
)

var kindNames = [...]string{Dwelling: "dwelling", Space: "space"}

func (k Kind) String() string                  { return nameOf(kindNames[:], int(k)) }
func (k Kind) MarshalText() ([]byte, error)    { return marshalName(kindNames[:], int(k)) }
func (k *Kind) UnmarshalText(raw []byte) error { return unmarshalName(kindNames[:], raw, (*int)(k)) }

// State tells who votes for a part: its owners once it is sold and handed over, until then the builder.
type State int

const (
	Sold State = iota + 1
	Unsold
	Undelivered // sold, not handed over
)

var stateNames = [...]string{Sold: "sold", Unsold: "unsold", Undelivered: "undelivered"}

func (s State) String() string                  { return nameOf(stateNames[:], int(s)) }
func (s State) MarshalText() ([]byte, error)    { return marshalName(stateNames[:], int(s)) }
func (s *State) UnmarshalText(raw []byte) error { return unmarshalName(stateNames[:], raw, (*int)(s)) }

// AreaSource is the evidence for an area, strongest first.
type AreaSource int

const (
	Registered AreaSource = iota + 1 // the property register
	Surveyed                         // a surveyor's measurement, where nothing is registered
	Contracted                       // the contract of sale, where nothing was measured
)

var sourceNames = [...]string{Registered: "register", Surveyed: "survey", Contracted: "contract"}

func (a AreaSource) String() string               { return nameOf(sourceNames[:], int(a)) }
func (a AreaSource) MarshalText() ([]byte, error) { return marshalName(sourceNames[:], int(a)) }
func (a *AreaSource) UnmarshalText(raw []byte) error {
	return unmarshalName(sourceNames[:], raw, (*int)(a))
}

// Grouping is the rule that put a part under its head. It is shown beside the line.
type Grouping int

const (
	OnePart      Grouping = iota + 1 // one part of one owner
	CoOwned                          // one part of several owners: they are one head
	SameOwners                       // one of several parts with the very same set of owners
	BuilderHeld                      // not sold, or not handed over: all of a builder's such parts are one head
	OwnerUnknown                     // nobody is registered; it weighs in the totals and cannot vote
	SpaceLeftOut                     // a special space, and the rules do not count them
)

var groupingNames = [...]string{
	OnePart: "one_part", CoOwned: "co_owned", SameOwners: "same_owners", BuilderHeld: "builder_held",
	OwnerUnknown: "owner_unknown", SpaceLeftOut: "space_left_out",
}

func (g Grouping) String() string               { return nameOf(groupingNames[:], int(g)) }
func (g Grouping) MarshalText() ([]byte, error) { return marshalName(groupingNames[:], int(g)) }
func (g *Grouping) UnmarshalText(raw []byte) error {
	return unmarshalName(groupingNames[:], raw, (*int)(g))
}

// Key is the key of its words.
func (g Grouping) Key() string { return "vote.grouping." + g.String() }

// Part is one exclusive part as the registers have it on the day of the roll.
type Part struct {
	ID       PartID
	Building string
	Unit     string
	Room     string
	Area     exact.Area // 0.01 m²
	Source   AreaSource // zero where the file it came from does not say
	Owners   []OwnerID  // a set: order and repetition mean nothing; empty where nobody is registered
	Kind     Kind
	State    State
	Builder  OwnerID // who votes while it is unsold or undelivered; else RollOptions.Builder
}

// RollOptions are the choices that the assembly's published rules make.
type RollOptions struct {
	CountSpecialSpaces bool    // default: spaces are left out of every total
	SpacesRule         string  // where the rule that counts them is on file
	Builder            OwnerID // of parts that name none
}

// Line is one part with the head it belongs to and why.
type Line struct {
	Part
	Head     HeadID // empty where the part is left out
	Grouping Grouping
}

// Head is one vote by number with everything it weighs.
type Head struct {
	ID       HeadID
	Owners   []OwnerID // who may vote for it, sorted; the builder alone for parts a builder holds
	Parts    []PartID  // in roll order
	Area     exact.Area
	Grouping Grouping
}

// Roll is who may vote and with what weight. It never changes once built; its Root fixes it.
type Roll struct {
	opts    RollOptions
	lines   []Line
	heads   []Head
	total   Sides
	headOf  []int32   // by line; -1 where the part is left out
	linesOf [][]int32 // by head
	self    []int32   // self[i] == i, so that one line is a slice without a new one
	byPart  map[PartID]int32
	byHead  map[HeadID]int32
}

// NewRoll groups the parts into heads. Parts with the same set of owners are one head, so A alone and A with B are
// two; all parts a builder has not sold or not handed over are one head of that builder, apart from whatever else the
// builder owns.
//
// It refuses with every fault at once, each with the row of its part: no id or the same id twice, an unknown kind or
// state, a part held by a builder nobody names, areas whose sum passes what an [exact.Area] holds.
func NewRoll(parts []Part, opts RollOptions) (Roll, error) {
	if err := checkParts(parts, opts); err != nil {
		return Roll{}, err
	}
	r := Roll{opts: opts, lines: make([]Line, len(parts)), byPart: make(map[PartID]int32, len(parts))}
	for i, p := range parts {
		p.Owners = ownerSet(p.Owners)
		if p.State == Sold {
			p.Builder = ""
		} else {
			p.Builder = cmp.Or(p.Builder, opts.Builder)
		}
		r.lines[i].Part = p
	}
	slices.SortFunc(r.lines, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.Building, b.Building), cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Room, b.Room), cmp.Compare(a.ID, b.ID))
	})
	r.group()
	return r, nil
}

func checkParts(parts []Part, opts RollOptions) error {
	var fields []fault.Field
	no := func(row int, name, code string, value any) {
		fields = append(fields, fault.Field{Name: name, Row: row, Code: code, Args: fault.Args{"Value": value}})
	}
	seen := make(map[PartID]int, len(parts))
	var sum exact.Area
	for i, p := range parts {
		row := i + 1
		if p.ID == "" {
			no(row, "part_id", "vote.roll.part_missing", "")
		} else if first, twice := seen[p.ID]; twice {
			fields = append(fields, fault.Field{Name: "part_id", Row: row, Code: "vote.roll.part_twice",
				Args: fault.Args{"Value": string(p.ID), "First": first}})
		} else {
			seen[p.ID] = row
		}
		if p.Kind != Dwelling && p.Kind != Space {
			no(row, "kind", "vote.roll.kind", int(p.Kind))
		}
		if p.State < Sold || p.State > Undelivered {
			no(row, "state", "vote.roll.state", int(p.State))
		} else if p.State != Sold && p.Builder == "" && opts.Builder == "" {
			no(row, "builder", "vote.roll.builder_missing", "")
		}
		if slices.Contains(p.Owners, "") || slices.Contains(p.Owners, AnyOwner) {
			no(row, "owners", "vote.roll.owner_name", "")
		}
		var ok bool
		if sum, ok = sum.Plus(p.Area); !ok {
			no(row, "area", "vote.roll.area_too_large", p.Area.String())
			break // every later row would say the same
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return &fault.Refusal{Kind: fault.Invalid, Code: "vote.roll.faults", Fields: fields, Args: fault.Args{"N": len(fields)}}
}

func ownerSet(owners []OwnerID) []OwnerID {
	set := slices.Clone(owners)
	slices.Sort(set)
	return slices.Compact(set)
}

// group walks the lines in order, so that a head takes its place and name from its first part.
func (r *Roll) group() {
	r.headOf, r.self = make([]int32, len(r.lines)), make([]int32, len(r.lines))
	r.byHead = make(map[HeadID]int32, len(r.lines))
	known := make(map[string]int32, len(r.lines))
	for i := range r.lines {
		l := &r.lines[i]
		r.byPart[l.ID], r.headOf[i], r.self[i] = int32(i), -1, int32(i)
		if l.Kind == Space && !r.opts.CountSpecialSpaces {
			l.Grouping = SpaceLeftOut
			continue
		}
		key, voters, why := groupKey(l.Part)
		h, ok := known[key]
		if !ok {
			h = int32(len(r.heads))
			known[key] = h
			id := HeadID(l.ID)
			r.byHead[id] = h
			r.heads = append(r.heads, Head{ID: id, Owners: voters, Grouping: why})
			r.linesOf = append(r.linesOf, nil)
		}
		head := &r.heads[h]
		head.Parts = append(head.Parts, l.ID)
		r.linesOf[h] = append(r.linesOf[h], int32(i))
		head.Area += l.Area // NewRoll has proved that the sum of all fits
		if len(head.Parts) > 1 && why != BuilderHeld {
			head.Grouping = SameOwners
		}
		l.Head, r.headOf[i] = head.ID, h
		r.total.Area += l.Area
	}
	for i := range r.lines {
		if h := r.headOf[i]; h >= 0 {
			r.lines[i].Grouping = r.heads[h].Grouping
		}
	}
	r.total.Heads = uint64(len(r.heads))
}

// groupKey names the head a part belongs to. The first byte keeps a builder, an owner set and a part of nobody from
// ever sharing a key.
func groupKey(p Part) (key string, voters []OwnerID, why Grouping) {
	switch {
	case p.State != Sold:
		return "b" + string(p.Builder), []OwnerID{p.Builder}, BuilderHeld
	case len(p.Owners) == 0:
		return "p" + string(p.ID), nil, OwnerUnknown
	}
	var b strings.Builder
	b.WriteByte('o')
	for _, o := range p.Owners {
		b.WriteString(strconv.Itoa(len(o))) // with its length, no name can pass for two
		b.WriteByte(':')
		b.WriteString(string(o))
	}
	why = OnePart
	if len(p.Owners) > 1 {
		why = CoOwned
	}
	return b.String(), p.Owners, why
}

func (r *Roll) oneLine(i int32) []int32 { return r.self[i : i+1] }

// Total is A and N: everything that may vote. Shared denominators of the whole vote.
func (r Roll) Total() Sides { return r.total }

// Options are the ones the roll was built with.
func (r Roll) Options() RollOptions { return r.opts }

// Lines are all parts in order of building, unit, room and id, the ones left out too. Not to be changed.
func (r Roll) Lines() []Line { return r.lines }

// Heads are all votes by number, in the order of their first part. Not to be changed.
func (r Roll) Heads() []Head { return r.heads }

// Head finds a head by its name.
func (r Roll) Head(id HeadID) (Head, bool) {
	h, ok := r.byHead[id]
	if !ok {
		return Head{}, false
	}
	return r.heads[h], true
}

// HeadOf finds the head that votes for a part; ok is false where the part is unknown or left out.
func (r Roll) HeadOf(id PartID) (Head, bool) {
	i, ok := r.byPart[id]
	if !ok || r.headOf[i] < 0 {
		return Head{}, false
	}
	return r.heads[r.headOf[i]], true
}

// Root is the SHA-256 of Canonical: what is published when the roll is frozen.
func (r Roll) Root() act.Digest { return act.Sum(r.Canonical()) }
