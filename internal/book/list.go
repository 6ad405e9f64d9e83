package book

import (
	"encoding/base64"
	"fmt"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Filter says which rows a list shows.
type Filter struct {
	Register string
	Under    act.RowID // zero: everywhere
	On       calendar.Date
	// Past says that On lies before today. Words are kept for rows as they last stand, so rows of the past are looked
	// through one by one.
	Past  bool
	Equal map[string]string // open fields and the values they must have, as stored
	Text  string            // what somebody looks for, as typed
	Reach register.Reach    // of whoever looks; default register.ToStaff
}

// Page is one page of a list.
type Page struct {
	Rows  []register.Row
	Next  string // hand it to List for the page after; empty on the last
	Total int    // how many rows there are, no more than Counted; -1 where only walking all of them would tell
}

// Counted is where counting stops: "1,000+".
const Counted = 1000

const (
	maxPage     = 500
	batch       = 200
	mostScanned = 4000 // rows that one page looks through before it says where to go on
)

// List gives a page of rows in the order of their places. Its cost is that of the page, not of the register: rows are
// found by the rarest of their words, at most 4,000 are looked at, and a page that then is short says where to go on.
// after is the Next of the page before, or empty. A limit below one or above 500 means 500. It refuses a cursor that
// is none.
func (r *Reader) List(f Filter, after string, limit int) (Page, error) {
	if limit < 1 || limit > maxPage {
		limit = maxPage
	}
	from, to, ok, err := r.bounds(f.Under, f.On)
	if err != nil || !ok {
		return Page{}, err
	}
	x := lister{r: r, f: f, from: from, to: to, on: f.On.String(), reach: f.Reach, terms: register.Terms(f.Text)}
	if x.reach == 0 {
		x.reach = register.ToStaff
	}
	if x.schema, ok = r.schemas.Get(f.Register); !ok {
		return Page{}, fmt.Errorf("book: there is no register %q", f.Register)
	}
	if after != "" {
		raw, err := base64.RawURLEncoding.DecodeString(after)
		if err != nil || string(raw) < from || string(raw) >= to {
			return Page{}, fault.Refuse(fault.Invalid, "book.cursor", fault.Basis{}, nil)
		}
		x.from = string(raw)
	}
	if err := x.choose(from); err != nil {
		return Page{}, err
	}
	found, next, err := x.page(limit)
	if err != nil {
		return Page{}, err
	}
	p := Page{Total: x.total}
	if next != "" {
		p.Next = base64.RawURLEncoding.EncodeToString([]byte(next))
	} else if after == "" {
		p.Total = len(found)
	}
	p.Rows, err = r.show(found, f.On)
	return p, err
}

// lister makes one page.
type lister struct {
	r        *Reader
	f        Filter
	schema   *register.Schema
	terms    []register.Term
	from, to string
	on       string
	reach    register.Reach
	word     string   // by which rows are found; empty: all rows are walked
	fixed    []stored // candidates by the beginnings of words, in order
	isFixed  bool
	total    int
}

// choose finds the rarest word that all wanted rows have, and counts them where one word tells.
func (x *lister) choose(top string) error {
	words := make([]string, 0, len(x.f.Equal))
	for key, v := range x.f.Equal {
		words = append(words, register.FilterWord(key, v))
	}
	for _, t := range x.terms {
		words = append(words, t.Words...)
	}
	x.total = -1
	if x.f.Past || len(words) == 0 && len(x.terms) == 0 {
		if len(words) == 0 && len(x.terms) == 0 {
			n, err := store.Get[int](x.r.ctx, x.r.q, countUnder, x.r.tenant, x.f.Register, top, x.to, x.on, Counted+1)
			x.total = n
			return err
		}
		return nil
	}
	least := Counted + 2
	for _, word := range words {
		n, err := store.Get[int](x.r.ctx, x.r.q, countWord, x.r.tenant, word, x.f.Register, top, x.to, x.reach, Counted+1)
		if err != nil {
			return err
		}
		if n < least {
			x.word, least = word, n
		}
	}
	if len(words) == 1 && len(x.terms) == 0 && x.counts() {
		x.total = least
	}
	if x.word != "" {
		return nil
	}
	return x.begins(top)
}

// counts tells whether the words of the filters may be counted: those of fields that anyone sees. Another count would
// tell of rows that the reader does not see.
func (x *lister) counts() bool {
	for key := range x.f.Equal {
		if f, ok := x.schema.Field(key); !ok || f.Audience != register.Public || f.Personal {
			return false
		}
	}
	return true
}

// begins gathers candidates by the beginnings of their words.
func (x *lister) begins(top string) error {
	x.isFixed = true
	found, err := x.r.beginning(x.terms, top, x.to, x.reach)
	for _, s := range found {
		if s.Register == x.f.Register && s.Path > x.from {
			x.fixed = append(x.fixed, s)
		}
	}
	return err
}

// beginning gives rows that have a word with one of the beginnings of the first term that has any, in the order of
// their places. Of very many it gives some.
func (r *Reader) beginning(terms []register.Term, from, to string, reach register.Reach) ([]stored, error) {
	var all []stored
	for _, t := range terms {
		for _, prefix := range t.Prefixes {
			found, err := store.Select[stored](r.ctx, r.q, byPrefix, r.tenant, prefix, prefix+"\U0010ffff", from, to, reach, mostScanned/4)
			if err != nil {
				return nil, err
			}
			all = append(all, found...)
		}
		if len(all) > 0 {
			break
		}
	}
	slices.SortFunc(all, func(a, b stored) int { return compare(a, b) })
	return slices.CompactFunc(all, func(a, b stored) bool { return compare(a, b) == 0 }), nil
}

func compare(a, b stored) int {
	switch {
	case a.Path < b.Path:
		return -1
	case a.Path > b.Path:
		return 1
	}
	return 0
}

// next gives the candidates after x.from, none at the end.
func (x *lister) next() ([]stored, error) {
	switch {
	case x.isFixed:
		list := x.fixed[:min(batch, len(x.fixed))]
		x.fixed = x.fixed[len(list):]
		return list, nil
	case x.word != "":
		return store.Select[stored](x.r.ctx, x.r.q, byWord, x.r.tenant, x.word, x.f.Register, x.from, x.to, x.reach, batch)
	}
	return store.Select[stored](x.r.ctx, x.r.q, pageUnder, x.r.tenant, x.f.Register, x.from, x.to, x.on, batch)
}

// page gives the rows that fit, and the place after which the page goes on, empty at the end.
func (x *lister) page(limit int) (found []stored, next string, err error) {
	for scanned := 0; ; {
		list, err := x.next()
		if err != nil || len(list) == 0 {
			return found, "", err
		}
		for _, s := range list {
			fits, err := x.fits(s)
			if err != nil {
				return nil, "", err
			}
			if fits && len(found) == limit {
				return found, found[limit-1].Path, nil
			}
			if fits {
				found = append(found, s)
			}
			x.from = s.Path
		}
		if scanned += len(list); scanned >= mostScanned {
			return found, x.from, nil
		}
		if len(list) < batch && !x.isFixed {
			return found, "", nil
		}
	}
}

func (x *lister) fits(s stored) (bool, error) {
	if s.ValidFrom > x.on || s.ValidTo <= x.on || len(x.f.Equal) == 0 && len(x.terms) == 0 {
		return s.ValidFrom <= x.on && s.ValidTo > x.on, nil
	}
	open, err := s.decode()
	if err != nil {
		return false, err
	}
	seen := x.r.visible(s, open.Values)
	for key, want := range x.f.Equal {
		if !holds(seen[key], want) {
			return false, nil
		}
	}
	return x.schema.Matches(seen, x.terms, x.reach), nil
}

// visible are the open values of a version that the reader sees plainly. What they may not see fits nothing: a list must
// not tell by what it leaves out.
func (r *Reader) visible(s stored, values map[string]any) map[string]any {
	seen := make(map[string]any, len(values))
	for key, v := range values {
		if r.sight(s, key) == redact.Plain {
			seen[key] = v
		}
	}
	return seen
}

// holds tells whether a value, or one of several, is the one that is wanted.
func holds(v any, want string) bool {
	if list, ok := v.([]string); ok {
		return slices.Contains(list, want)
	}
	return v != nil && fmt.Sprint(v) == want
}
