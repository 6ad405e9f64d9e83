package book

import (
	"strings"

	"gongzhi/internal/calendar"
	"gongzhi/internal/redact"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// Sight is where somebody may look, and how far: the rows at and below a path.
type Sight struct {
	Path  string // as [Reader.Path] gives it; "/" is everywhere
	Reach register.Reach
}

// Everywhere is what anybody may look at.
var Everywhere = Sight{"/", register.ToAll}

// Hits are the rows of one register that were found.
type Hits struct {
	Schema *register.Schema
	Rows   []register.Row
	More   bool // there are others; its list has them
}

// hitsShown is how many rows of one register a search gives.
const hitsShown = 8

// Search looks for what somebody typed in every register, where and as far as they may see. Names, addresses and
// numbers are found by any two neighbouring Chinese characters, by numbers from their beginning, and by the first
// letters of how a name is read. What is personal is found by its exact value only, in fields declared for look-up, by
// whoever may see rows as staff; its rows come masked as this reader sees them. Its cost does not grow with the
// registers.
func (r *Reader) Search(query string, sights []Sight, on calendar.Date) ([]Hits, error) {
	terms := register.Terms(query)
	if len(terms) == 0 {
		return nil, nil
	}
	word, err := r.rarest(terms)
	if err != nil {
		return nil, err
	}
	s := searcher{r: r, terms: terms, query: query, on: on, word: word, seen: map[string]bool{}}
	if word == "" {
		for _, sight := range sights {
			from, to := below(stretched(sight.Path))
			found, err := r.beginning(terms, before(from), to, sight.Reach)
			if err != nil {
				return nil, err
			}
			s.begun = append(s.begun, begun{found, sight.Reach})
		}
	}
	var all []Hits
	for _, schema := range r.schemas.All() {
		h, err := s.in(schema, sights)
		if err != nil {
			return nil, err
		}
		if len(h.Rows) > 0 {
			all = append(all, h)
		}
	}
	return all, nil
}

// rarest is the word that the fewest rows have; empty where the terms have none.
func (r *Reader) rarest(terms []register.Term) (string, error) {
	least, rarest := Counted+2, ""
	for _, t := range terms {
		for _, word := range t.Words {
			n, err := store.Get[int](r.ctx, r.q, countAnywhere, r.tenant, word, Counted+1)
			if err != nil {
				return "", err
			}
			if n < least {
				least, rarest = n, word
			}
		}
	}
	return rarest, nil
}

type searcher struct {
	r     *Reader
	terms []register.Term
	query string
	on    calendar.Date
	word  string
	begun []begun
	seen  map[string]bool // paths
}

// begun are candidates found by how a word of theirs begins.
type begun struct {
	rows  []stored
	reach register.Reach
}

// in searches one register: by exact value where somebody may, then by words.
func (s *searcher) in(schema *register.Schema, sights []Sight) (Hits, error) {
	h := Hits{Schema: schema}
	var found []stored
	for _, sight := range sights {
		if sight.Reach < register.ToStaff {
			continue
		}
		exact, err := s.exact(schema, sight)
		if err != nil {
			return h, err
		}
		found = append(found, exact...)
	}
	for i, sight := range sights {
		var rows []stored
		var err error
		if s.word != "" {
			from, to := below(stretched(sight.Path))
			rows, err = store.Select[stored](s.r.ctx, s.r.q, byWord, s.r.tenant, s.word, schema.Key, before(from), to, sight.Reach, batch)
		} else if i < len(s.begun) {
			rows = s.begun[i].rows
		}
		if err != nil {
			return h, err
		}
		for _, one := range rows {
			if one.Register != schema.Key || one.ValidFrom > s.on.String() || s.seen[one.Path] {
				continue
			}
			open, err := one.decode()
			if err != nil {
				return h, err
			}
			if schema.Matches(s.r.visible(one, open.Values), s.terms, sight.Reach) {
				s.seen[one.Path] = true
				found = append(found, one)
			}
		}
	}
	if len(found) > hitsShown {
		found, h.More = found[:hitsShown], true
	}
	var err error
	h.Rows, err = s.r.show(found, s.on)
	return h, err
}

// exact finds rows by the whole of a personal value, through its blind index.
func (s *searcher) exact(schema *register.Schema, sight Sight) ([]stored, error) {
	var all []stored
	for i := range schema.Fields {
		f := &schema.Fields[i]
		if !f.Lookup {
			continue
		}
		v, why := f.Parse(s.query, s.on)
		value, ok := v.(string)
		if why != nil || !ok {
			continue
		}
		found, err := store.Select[stored](s.r.ctx, s.r.q, byBlind, s.r.tenant, schema.Key, f.Key,
			s.r.book.blind(s.r.tenant, schema.Key, f.Key, value), s.on.String())
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			here := strings.HasPrefix(one.Path, stretched(sight.Path)) && !s.seen[one.Path]
			// What only the person and a task of its own see does not find the person, even by its mask.
			if saw := s.r.sight(one, f.Key); here && (saw == redact.Plain || saw == redact.Masked && f.Audience != register.Self) {
				s.seen[one.Path] = true
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// stretched is a plain path with the signs that make it sort; "/" is the beginning of all.
func stretched(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	out := "/"
	for i := 0; i+1 < len(parts); i += 2 {
		out += parts[i] + "/" + sortable(parts[i+1]) + "/"
	}
	return out
}

// before is just before a path and behind everything beside it, so that the row at the path itself is found too: no
// id has a dot, and of what an id may have only the hyphen sorts before one.
func before(path string) string { return path[:len(path)-1] + "." }
