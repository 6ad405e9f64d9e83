package store

import (
	"fmt"
	"slices"
	"strings"
)

// CheckQueries tells which queries break the rules that let one schema grow over many machines, sharded by tenant.
//
// It reads the text alone: every table a query names must be held to its tenant, by "tenant = $n" or by the tenant of
// a table that is, unless the query says "-- tenants: all <why>". It also refuses what one engine or a sharded
// PostgreSQL would not do, and what would make an answer depend on more than its arguments. Call it from a test that
// links every owner package, with [Registered].
func CheckQueries(queries []*Query) []error {
	var all []error
	for _, q := range queries {
		texts := []string{q.lite}
		if q.pg != "" {
			texts = append(texts, q.pg)
		}
		for i, text := range texts {
			for _, err := range checkText(text, q.everyTenant != "", i == 0) {
				all = append(all, fmt.Errorf("query %s: %w", q, err))
			}
		}
	}
	return all
}

// volatile are functions whose answer differs from call to call, and the clocks: an instant comes from Tx.Now.
var volatile = []string{
	"random", "randomblob", "gen_random_uuid", "uuid_generate_v4", "nextval", "lastval", "currval", "setval",
	"clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "now", "unixepoch", "julianday",
	"pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock", "pg_try_advisory_xact_lock", "pg_notify",
	"last_insert_rowid", "changes", "total_changes",
}

var clockWords = []string{"current_timestamp", "current_date", "current_time", "localtime", "localtimestamp"}

// checkText checks one text; shared says that both engines read it.
func checkText(text string, everyTenant, shared bool) []error {
	c := &checker{everyTenant: everyTenant, ctes: map[string]bool{}}
	tokens := lex(text)
	c.words(tokens, shared)
	c.scope(group(tokens), nil)
	return c.errs
}

type checker struct {
	everyTenant bool
	ctes        map[string]bool
	errs        []error
}

func (c *checker) say(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf(format, args...))
}

// words checks what can be seen from single words, wherever they stand.
func (c *checker) words(tokens []token, shared bool) {
	at := func(i int) token {
		if i < 0 || i >= len(tokens) {
			return token{}
		}
		return tokens[i]
	}
	for i, t := range tokens {
		switch {
		case t.kind == 'p' && !(len(t.text) > 1 && t.text[0] == '$'):
			c.say("placeholder %q: write $1, $2: only those mean the same on both engines", t.text)
		case t.kind == 'w' && at(i+1).is("(") && slices.Contains(volatile, t.text):
			c.say("%s(): its answer differs from call to call, or is known to one node only; pass the value as $n", t.text)
		case t.kind == 'w' && slices.Contains(clockWords, t.text):
			c.say("%s: the instant of a write is Tx.Now, passed as $n", t.text)
		case t.is("*") && (at(i-1).is("select") || at(i-1).is("returning") || at(i-1).is(".") || at(i-1).is("distinct")):
			c.say("SELECT *: spell the columns out, or a new one breaks its reader")
		case t.is("for") && (at(i+1).is("update") || at(i+1).is("share") || at(i+1).is("no") || at(i+1).is("key")):
			if c.everyTenant {
				c.say("FOR UPDATE over all tenants: a sharded database refuses it; first find the tenants, then claim in each")
			}
			if shared {
				c.say("FOR UPDATE: SQLite does not know it; keep it to a @postgres text")
			}
		case t.is("recursive") && c.everyTenant:
			c.say("WITH RECURSIVE over all tenants: a sharded database refuses it")
		case t.is("merge") && i == 0:
			c.say("MERGE: use INSERT … ON CONFLICT")
		case shared && t.is("ilike"):
			c.say("ILIKE: SQLite does not know it; compare lower(…) or keep a column in lower case")
		case t.is("set") && at(i+1).is("tenant"), t.is(",") && inSet(tokens, i) && at(i+1).is("tenant") && at(i+2).is("="):
			c.say("SET tenant: a row never changes its tenant; delete it there and insert it here")
		}
	}
}

// inSet reports whether token i stands in the list of an UPDATE's SET.
func inSet(tokens []token, i int) bool {
	for i--; i >= 0; i-- {
		switch {
		case tokens[i].is("set"):
			return true
		case tokens[i].is("where"), tokens[i].is("from"), tokens[i].is("returning"), tokens[i].is("select"):
			return false
		}
	}
	return false
}

// node is a token, or what stands in one pair of parentheses.
type node struct {
	token
	in []node // kind '('
}

func (n node) isQuery() bool {
	return n.kind == '(' && len(n.in) > 0 && (n.in[0].is("select") || n.in[0].is("with") || n.in[0].is("insert") ||
		n.in[0].is("update") || n.in[0].is("delete") || n.in[0].is("values"))
}

// group turns parentheses into nesting.
func group(tokens []token) []node {
	stack := [][]node{nil}
	for _, t := range tokens {
		top := len(stack) - 1
		switch {
		case t.is("("):
			stack = append(stack, nil)
		case t.is(")") && top > 0:
			stack[top-1] = append(stack[top-1], node{token{kind: '('}, stack[top]})
			stack = stack[:top]
		default:
			stack[top] = append(stack[top], node{token: t})
		}
	}
	for top := len(stack) - 1; top > 0; top-- { // an open parenthesis; the engine will refuse it
		stack[top-1] = append(stack[top-1], node{token{kind: '('}, stack[top]})
	}
	return stack[0]
}

// ref is a table a query names, under the name the query gives it.
type ref struct{ table, alias string }

// scope checks one SELECT, INSERT, UPDATE or DELETE, and those inside it. outer are the tables around it.
func (c *checker) scope(nodes []node, outer []ref) {
	nodes = c.with(nodes, outer)
	for i, n := range nodes { // UNION and its like join queries that each answer for themselves
		if n.is("union") || n.is("intersect") || n.is("except") {
			c.scope(nodes[:i], outer)
			rest := nodes[i+1:]
			if len(rest) > 0 && (rest[0].is("all") || rest[0].is("distinct")) {
				rest = rest[1:]
			}
			c.scope(rest, outer)
			return
		}
	}
	if len(nodes) == 0 {
		return
	}
	refs := c.refs(nodes)
	inside := append(slices.Clone(outer), refs...)
	values := false
	for _, n := range nodes {
		if n.is("values") {
			values = true
		}
		if n.is("on") || n.is("select") || n.is("returning") {
			values = false
		}
		c.nested(n, inside, values)
	}
	if c.everyTenant {
		return
	}
	if nodes[0].is("insert") || nodes[0].is("replace") {
		c.insert(nodes)
	}
	c.held(nodes, refs, inside)
}

// with takes WITH and its queries off and gives what follows.
func (c *checker) with(nodes []node, outer []ref) []node {
	if len(nodes) == 0 || !nodes[0].is("with") {
		return nodes
	}
	end := slices.IndexFunc(nodes, func(n node) bool {
		return n.is("select") || n.is("insert") || n.is("update") || n.is("delete") || n.is("values")
	})
	if end < 0 {
		return nil
	}
	for i := 1; i < end; i++ {
		if nodes[i].kind == 'w' && (nodes[i-1].is("with") || nodes[i-1].is("recursive") || nodes[i-1].is(",")) &&
			!nodes[i].is("recursive") {
			c.ctes[nodes[i].text] = true
		}
	}
	for i := 1; i < end; i++ {
		if nodes[i].isQuery() {
			c.scope(nodes[i].in, outer)
		}
	}
	return nodes[end:]
}

// nested checks the queries inside n, at any depth.
func (c *checker) nested(n node, outer []ref, values bool) {
	if n.kind != '(' {
		return
	}
	if n.isQuery() {
		if values {
			c.say("a query inside VALUES: write INSERT … SELECT")
		}
		c.scope(n.in, outer)
		return
	}
	for _, in := range n.in {
		c.nested(in, outer, values)
	}
}

// clauses end an alias or a list of tables.
var clauses = []string{"where", "on", "using", "set", "join", "left", "right", "inner", "outer", "full", "cross", "natural",
	"group", "order", "limit", "offset", "having", "window", "returning", "values", "select", "for", "union", "except",
	"intersect", "default", "indexed", "not", "fetch", "do", "from"}

// refs lists the tables named after FROM, JOIN, UPDATE and DELETE … USING. Queries WITH named, derived tables and
// functions are none; what an INSERT fills is looked at apart.
func (c *checker) refs(nodes []node) []ref {
	var refs []ref
	deleting := nodes[0].is("delete")
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		starts := n.is("join") || n.is("update") && i == 0 || deleting && n.is("using") ||
			n.is("from") && !(i > 0 && nodes[i-1].is("distinct"))
		if !starts {
			continue
		}
		for i++; i < len(nodes); i++ {
			var r ref
			r, i = c.ref(nodes, i)
			if r.table != "" {
				refs = append(refs, r)
			}
			if i >= len(nodes) || !nodes[i].is(",") {
				i--
				break
			}
		}
	}
	return refs
}

// ref reads one table of a list at i and gives the index after it.
func (c *checker) ref(nodes []node, i int) (ref, int) {
	for i < len(nodes) && (nodes[i].is("only") || nodes[i].is("lateral")) {
		i++
	}
	if i >= len(nodes) {
		return ref{}, i
	}
	var r ref
	if nodes[i].kind == 'w' {
		r.table = nodes[i].text
	}
	i++
	for i+1 < len(nodes) && nodes[i].is(".") { // schema.table
		r.table = nodes[i+1].text
		i += 2
	}
	if i < len(nodes) && nodes[i].kind == '(' { // a function
		r.table = ""
		i++
	}
	r.alias = r.table
	if i < len(nodes) && nodes[i].is("as") {
		i++
	}
	if i < len(nodes) && nodes[i].kind == 'w' && !slices.Contains(clauses, nodes[i].text) {
		r.alias = nodes[i].text
		i++
	}
	if c.ctes[r.table] || strings.HasPrefix(r.table, "sqlite_") || strings.HasPrefix(r.table, "pg_") {
		r = ref{}
	}
	return r, i
}

// insert checks that the rows that come are somebody's.
func (c *checker) insert(nodes []node) {
	i := slices.IndexFunc(nodes, func(n node) bool { return n.kind == '(' })
	if i < 0 || !slices.ContainsFunc(nodes[i].in, func(n node) bool { return n.is("tenant") }) || nodes[i].isQuery() {
		c.say("INSERT without tenant among its columns")
	}
	for i, n := range nodes { // ON CONFLICT (tenant, …)
		if n.is("conflict") && i+1 < len(nodes) && nodes[i+1].kind == '(' &&
			!slices.ContainsFunc(nodes[i+1].in, func(n node) bool { return n.is("tenant") }) {
			c.say("ON CONFLICT without tenant: no unique key is without it")
		}
	}
}

// held checks that each table of a scope is held to a tenant.
func (c *checker) held(nodes []node, refs, inside []ref) {
	if len(refs) == 0 {
		return
	}
	h := holds{by: map[string]bool{}}
	h.read(nodes, false)
	anchored := false
	for _, eq := range h.equal {
		for side, name := range eq {
			other := eq[1-side]
			if name == "" && len(refs) > 1 {
				if other != notTenant {
					continue
				}
				c.say("tenant without its table's name, in a query of several tables")
				return
			}
			if name == notTenant {
				continue
			}
			h.by[name] = true
			mine := func(a string) bool {
				return slices.ContainsFunc(refs, func(r ref) bool { return r.alias == a })
			}
			if other == notTenant || !mine(other) && (c.ctes[other] || slices.ContainsFunc(inside, func(r ref) bool { return r.alias == other })) {
				anchored = true
			}
		}
	}
	for _, r := range refs {
		if !h.by[r.alias] && !(len(refs) == 1 && h.by[""]) && !h.using {
			c.say("table %s is not held to its tenant: it needs tenant = $n, or the tenant of a table that has it", r.alias)
		}
	}
	if !anchored && (len(h.by) > 0 || h.using) {
		c.say("the tables are held to each other's tenant, but none to a given one")
	}
	if h.or {
		c.say("OR beside tenant = …: put the alternatives in parentheses, or they let other tenants in")
	}
}

// notTenant is the side of an equation that is no tenant.
const notTenant = "\x00"

// holds collects the equations of tenants in WHERE and ON.
type holds struct {
	equal [][2]string // alias of the tenant at each side, "" without one, notTenant for another value
	by    map[string]bool
	using bool
	or    bool
}

func (h *holds) read(nodes []node, inCondition bool) {
	deep := inCondition
	for i, n := range nodes {
		switch {
		case n.is("where"), n.is("on") && !(i+1 < len(nodes) && nodes[i+1].is("conflict")):
			inCondition = true
		case n.kind == 'w' && slices.Contains([]string{"set", "group", "order", "limit", "returning", "values", "select", "from", "join",
			"having", "update"}, n.text) && !deep:
			inCondition = false
		case n.is("using") && i+1 < len(nodes) && nodes[i+1].kind == '(':
			h.using = h.using || slices.ContainsFunc(nodes[i+1].in, func(n node) bool { return n.is("tenant") })
		case n.is("or") && inCondition && !deep:
			h.or = true
		}
		if !inCondition {
			continue
		}
		if n.is("=") {
			left, right := tenantBefore(nodes, i), tenantAfter(nodes, i)
			if left != notTenant || right != notTenant {
				h.equal = append(h.equal, [2]string{left, right})
			}
		}
		if n.kind == '(' && i+1 < len(nodes) && (nodes[i+1].is("=") || nodes[i+1].is("in")) && !n.isQuery() {
			for j := range n.in { // (tenant, id) = ($1, $2)
				if n.in[j].is("tenant") {
					h.equal = append(h.equal, [2]string{tenantBefore(n.in, j+1), notTenant})
				}
			}
		}
		if n.kind == '(' && !n.isQuery() && !slices.ContainsFunc(n.in, func(n node) bool { return n.is("or") }) &&
			!(i > 0 && nodes[i-1].is("not")) {
			h.read(n.in, true) // what stands beside an OR, or under a NOT, holds nothing
		}
	}
}

// tenantBefore gives the alias of the tenant that ends before index i.
func tenantBefore(nodes []node, i int) string {
	if i < 1 || !nodes[i-1].is("tenant") {
		return notTenant
	}
	if i >= 3 && nodes[i-2].is(".") {
		return nodes[i-3].text
	}
	return ""
}

// tenantAfter gives the alias of the tenant that begins after index i.
func tenantAfter(nodes []node, i int) string {
	if i+1 < len(nodes) && nodes[i+1].is("tenant") {
		return ""
	}
	if i+3 < len(nodes) && nodes[i+2].is(".") && nodes[i+3].is("tenant") {
		return nodes[i+1].text
	}
	return notTenant
}
