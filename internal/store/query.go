package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Queries are the named queries of one owner package.
type Queries struct {
	owner string
	byKey map[string]*Query
}

// Query is one named statement, with a second text where PostgreSQL needs one. It is never changed once read.
type Query struct {
	owner, name string
	lite, pg    string
	everyTenant string // why it may look across tenants; "" when it may not
}

// String gives "owner/name", as errors and logs show it.
func (q *Query) String() string { return q.owner + "/" + q.name }

func (q *Query) text(e Engine) string {
	if e == Postgres && q.pg != "" {
		return q.pg
	}
	return q.lite
}

var registry struct {
	sync.Mutex
	owners []*Queries
}

var (
	queryHead = regexp.MustCompile(`^--\s*name:\s*(\S+)(?:\s+@(\S+))?\s*$`)
	queryName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	tenantAll = regexp.MustCompile(`^--\s*tenants:\s*all\s+(\S.*)$`)
)

// MustQueries reads the .sql files of one owner package and registers what they name, so that CheckAll and
// CheckQueries see it. It panics, with the owner and the line, on anything that is not plainly right: it runs while
// the program starts, where a mistake belongs to whoever wrote the file.
//
//	//go:embed ledger.sql
//	var text string
//	var queries = store.MustQueries("ledger", text)
//	var actsAfter = queries.Get("acts-after")
//
// A query begins with "-- name: acts-after" and ends where the next begins; "-- name: acts-after @postgres" is its
// second text. "-- tenants: all <why>" beneath the name says that it may look across tenants.
func MustQueries(owner string, files ...string) *Queries {
	qs, err := parseQueries(owner, files)
	if err != nil {
		panic(err)
	}
	registry.Lock()
	defer registry.Unlock()
	if slices.ContainsFunc(registry.owners, func(o *Queries) bool { return o.owner == owner }) {
		panic(fmt.Sprintf("store: queries of %s are registered twice", owner))
	}
	registry.owners = append(registry.owners, qs)
	return qs
}

// Get gives the query of that name. It panics when there is none; call it in a package variable.
func (qs *Queries) Get(name string) *Query {
	q, ok := qs.byKey[name]
	if !ok {
		panic(fmt.Sprintf("store: %s has no query named %q; it has %s", qs.owner, name, strings.Join(qs.names(), ", ")))
	}
	return q
}

func (qs *Queries) names() []string {
	var names []string
	for name := range qs.byKey {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Registered lists the queries of every owner package linked into this program, by owner and name.
func Registered() []*Query {
	registry.Lock()
	defer registry.Unlock()
	var all []*Query
	for _, o := range registry.owners {
		for _, name := range o.names() {
			all = append(all, o.byKey[name])
		}
	}
	slices.SortStableFunc(all, func(a, b *Query) int { return strings.Compare(a.owner, b.owner) })
	return all
}

// And gives the query with further conditions, for lists whose filters the reader chooses. They are joined by AND at
// the mark /*and*/, which must stand where " AND …" may; what the query itself demands (its tenant first) stays.
// Conditions are code: values go through $n like all others. It panics when the query has no mark.
func (q *Query) And(conditions ...string) *Query {
	const mark = "/*and*/"
	if !strings.Contains(q.lite, mark) {
		panic(fmt.Sprintf("store: query %s has no %s to put conditions at", q, mark))
	}
	if len(conditions) == 0 {
		return q
	}
	more := "AND (" + strings.Join(conditions, ") AND (") + ")"
	with := *q
	with.lite = strings.Replace(q.lite, mark, more, 1)
	with.pg = strings.Replace(q.pg, mark, more, 1)
	return &with
}

func parseQueries(owner string, files []string) (*Queries, error) {
	qs := &Queries{owner: owner, byKey: map[string]*Query{}}
	second := map[string]string{}
	for _, file := range files {
		if err := qs.parse(file, second); err != nil {
			return nil, err
		}
	}
	for name, text := range second {
		q, ok := qs.byKey[name]
		if !ok {
			return nil, fmt.Errorf("store: %s/%s has a @postgres text but no first one", owner, name)
		}
		q.pg = text
	}
	if len(qs.byKey) == 0 {
		return nil, fmt.Errorf("store: %s has no queries", owner)
	}
	return qs, nil
}

// parse reads one file. Comments stay out of the text that is sent, except those between /* and */.
func (qs *Queries) parse(file string, second map[string]string) error {
	var (
		name, engine, why string
		body              strings.Builder
		start             int
	)
	end := func() error {
		text := strings.TrimSuffix(strings.TrimSpace(body.String()), ";")
		body.Reset()
		switch {
		case name == "" && text == "":
			return nil
		case name == "":
			return fmt.Errorf("store: %s line %d: SQL before the first \"-- name:\"", qs.owner, start)
		case text == "":
			return fmt.Errorf("store: %s/%s line %d: no SQL under the name", qs.owner, name, start)
		case slices.ContainsFunc(lex(text), func(t token) bool { return t.is(";") }):
			return fmt.Errorf("store: %s/%s line %d: one statement a name", qs.owner, name, start)
		}
		if engine == "postgres" {
			if _, twice := second[name]; twice {
				return fmt.Errorf("store: %s/%s @postgres line %d: named twice", qs.owner, name, start)
			}
			second[name] = text
			return nil
		}
		if _, twice := qs.byKey[name]; twice {
			return fmt.Errorf("store: %s/%s line %d: named twice", qs.owner, name, start)
		}
		qs.byKey[name] = &Query{owner: qs.owner, name: name, lite: text, everyTenant: why}
		return nil
	}
	for i, line := range strings.Split(file, "\n") {
		trimmed := strings.TrimSpace(line)
		if m := queryHead.FindStringSubmatch(trimmed); m != nil {
			if err := end(); err != nil {
				return err
			}
			name, engine, why, start = m[1], m[2], "", i+1
			if !queryName.MatchString(name) || engine != "" && engine != "postgres" {
				return fmt.Errorf("store: %s line %d: %q is not a query's name (words-like-this, perhaps @postgres)",
					qs.owner, start, strings.TrimPrefix(trimmed, "-- "))
			}
			continue
		}
		if m := tenantAll.FindStringSubmatch(trimmed); m != nil {
			why = m[1]
		}
		if strings.HasPrefix(trimmed, "--") || trimmed == "" {
			continue
		}
		if body.Len() == 0 && name == "" {
			start = i + 1
		}
		body.WriteString(strings.TrimRight(line, " \t\r") + "\n")
	}
	return end()
}
