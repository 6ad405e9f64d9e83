package vote

import (
	"cmp"
	"slices"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/source"
)

// Whole is what a share is taken of.
type Whole int

const (
	OfRoll Whole = iota + 1 // everything that may vote
	OfCast                  // what took part: yes, no and abstain
)

var wholeNames = [...]string{OfRoll: "roll", OfCast: "cast"}

func (w Whole) String() string                  { return nameOf(wholeNames[:], int(w)) }
func (w Whole) MarshalText() ([]byte, error)    { return marshalName(wholeNames[:], int(w)) }
func (w *Whole) UnmarshalText(raw []byte) error { return unmarshalName(wholeNames[:], raw, (*int)(w)) }

// Clause is one condition on both axes; both must be met.
type Clause struct {
	Of    Whole           `yaml:"of"`
	Area  exact.Threshold `yaml:"area"`
	Heads exact.Threshold `yaml:"heads"`
	Basis string          `yaml:"basis"` // article and paragraph
}

// IsZero tells whether the rule has no such condition.
func (c Clause) IsZero() bool { return c == Clause{} }

// Rule is what one kind of decision needs under one profile.
type Rule struct {
	Profile string   `yaml:"-"` // id of the profile it belongs to
	Key     string   `yaml:"-"` // ordinary, special or consent
	Basis   string   `yaml:"basis"`
	Quorum  Clause   `yaml:"quorum"` // zero where taking part is no condition of its own
	Pass    Clause   `yaml:"pass"`
	Matters []string `yaml:"matters"` // what is decided by this rule
	Follow  bool     `yaml:"-"`       // false where silent owners may never be shown as following
}

// Name is how a method or a command line names the rule: "owners_civil_code_2021#special".
func (r Rule) Name() string { return r.Profile + "#" + r.Key }

// NoWeaker reports whether whatever passes r would also pass the statute u. It may answer false for an odd pair that
// would in fact do; it never answers true wrongly.
func (r Rule) NoWeaker(u Rule) bool {
	return r.provesQuorum(u.Quorum) && r.provesPass(u.Pass)
}

// provesQuorum: who needs two thirds of everyone to agree needs two thirds of everyone to take part.
func (r Rule) provesQuorum(c Clause) bool {
	return c.IsZero() || r.Quorum.implies(c) || (r.Pass.Of == OfRoll && r.Pass.implies(c))
}

// provesPass: a share of the whole roll is at least that share of those who took part, not the other way round.
func (r Rule) provesPass(c Clause) bool {
	return (r.Pass.Of == OfRoll || c.Of == OfCast) && r.Pass.implies(c)
}

func (c Clause) implies(d Clause) bool {
	return !c.IsZero() && c.Area.Implies(d.Area) && c.Heads.Implies(d.Heads)
}

// Evidence says how well a number of a rule file is known.
type Evidence int

const (
	Law        Evidence = iota + 1 // read in the official text
	Source                         // a published source that is not the text itself
	Knowledge                      // common professional knowledge, no text read
	Assumption                     // ours, because the sources are silent
)

var evidenceNames = [...]string{Law: "law", Source: "source", Knowledge: "knowledge", Assumption: "assumption"}

func (e Evidence) String() string               { return nameOf(evidenceNames[:], int(e)) }
func (e Evidence) MarshalText() ([]byte, error) { return marshalName(evidenceNames[:], int(e)) }
func (e *Evidence) UnmarshalText(raw []byte) error {
	return unmarshalName(evidenceNames[:], raw, (*int)(e))
}

// Limit is how many heads one person may vote for as a proxy.
type Limit struct {
	Heads    int      `yaml:"heads"` // 0 means no limit
	Basis    string   `yaml:"basis"`
	Evidence Evidence `yaml:"evidence"`
}

// Counting gives the clauses by which the roll is made, to be shown beside its lines.
type Counting struct {
	Area    string `yaml:"area"`
	Heads   string `yaml:"heads"`
	CoOwned string `yaml:"co_owned"`
	Builder string `yaml:"builder"`
	Spaces  string `yaml:"spaces"`
}

// Follow names the matters for which "the silent follow the majority" is not even shown. It never decides anything.
type Follow struct {
	Never    []string `yaml:"never"`
	Basis    string   `yaml:"basis"`
	Evidence Evidence `yaml:"evidence"`
}

// Profile is one rule file: the law of a period.
type Profile struct {
	ID       string        `yaml:"profile"`
	InForce  calendar.Date `yaml:"in_force"` // first day
	Until    calendar.Date `yaml:"until"`    // last day; zero while it stands
	Basis    string        `yaml:"basis"`
	Evidence Evidence      `yaml:"evidence"`
	Ordinary Rule          `yaml:"ordinary"`
	Special  Rule          `yaml:"special"`
	Consent  Rule          `yaml:"consent"` // a local rule beside the statute, such as that for lifts
	Proxy    Limit         `yaml:"proxy"`
	Counting Counting      `yaml:"counting"`
	Follow   Follow        `yaml:"follow"`
}

// rules lists the rules by key in the order of the file format.
func (p *Profile) rules() []*Rule {
	p.Ordinary.Key, p.Special.Key, p.Consent.Key = "ordinary", "special", "consent"
	return []*Rule{&p.Ordinary, &p.Special, &p.Consent}
}

// Rule finds a rule by its key; ok is false where the file has none of that name.
func (p Profile) Rule(key string) (Rule, bool) {
	for _, r := range p.rules() {
		if r.Key == key && !r.Pass.IsZero() {
			return *r, true
		}
	}
	return Rule{}, false
}

// For finds the rule that decides a matter.
func (p Profile) For(matter string) (Rule, bool) {
	for _, r := range p.rules() {
		if slices.Contains(r.Matters, matter) {
			r.Follow = r.Follow && !slices.Contains(p.Follow.Never, matter)
			return *r, true
		}
	}
	return Rule{}, false
}

// Matters lists what the file's rules decide.
func (p Profile) Matters() (all []string) {
	for _, r := range p.rules() {
		all = append(all, r.Matters...)
	}
	return all
}

// Keys lists the rules that the file has.
func (p Profile) Keys() (keys []string) {
	for _, r := range p.rules() {
		if !r.Pass.IsZero() {
			keys = append(keys, r.Key)
		}
	}
	return keys
}

// InForceOn tells whether the profile governs a decision of that day.
func (p Profile) InForceOn(day calendar.Date) bool {
	return p.InForce.Compare(day) <= 0 && (p.Until.IsZero() || day.Compare(p.Until) <= 0)
}

// ReadProfile decodes a rule file strictly. Besides unknown keys and values that are no thresholds it faults, each at
// its line: no id or first day, an end before the beginning, no rule at all, a clause without an axis, without its
// basis or taken of nothing, a quorum that is not of the roll, a matter under two rules.
func ReadProfile(n source.Node) (Profile, []source.Fault) {
	var p Profile
	faults := n.Decode(&p)
	if len(faults) > 0 {
		return Profile{}, faults
	}
	c := checker{node: n}
	c.need(p.ID != "", "vote.rule.profile_missing", "", "profile")
	c.need(!p.InForce.IsZero(), "vote.rule.in_force_missing", "", "in_force")
	c.need(p.Until.IsZero() || p.InForce.Compare(p.Until) <= 0, "vote.rule.until_before", p.Until.String(), "until")
	c.need(p.Basis != "", "vote.rule.basis_missing", "", "basis")
	c.need(p.Evidence != 0, "vote.rule.evidence_missing", "", "evidence")
	c.need(len(p.Keys()) > 0, "vote.rule.none", "")
	c.need(p.Proxy.Heads >= 0, "vote.rule.proxy_limit", "", "proxy", "heads")
	c.need(p.Proxy == Limit{} || (p.Proxy.Basis != "" && p.Proxy.Evidence != 0), "vote.rule.basis_missing", "", "proxy")
	seen := map[string]string{}
	for _, r := range p.rules() {
		if !exists(n, r.Key) {
			continue
		}
		r.Profile, r.Follow = p.ID, true
		c.rule(r)
		for i, m := range r.Matters {
			c.need(seen[m] == "", "vote.rule.matter_twice", m, r.Key, "matters", i)
			seen[m] = r.Key
		}
	}
	for i, m := range p.Follow.Never {
		c.need(seen[m] != "", "vote.rule.matter_unknown", m, "follow", "never", i)
	}
	if len(c.faults) > 0 {
		source.Sort(c.faults)
		return Profile{}, c.faults
	}
	return p, nil
}

func exists(n source.Node, key string) bool {
	_, ok := n.Get(key)
	return ok
}

type checker struct {
	node   source.Node
	faults []source.Fault
}

func (c *checker) need(ok bool, code, detail string, path ...any) {
	if !ok {
		c.faults = append(c.faults, source.Fault{Place: c.node.At(path...), Code: code, Detail: detail})
	}
}

func (c *checker) rule(r *Rule) {
	c.need(r.Basis != "", "vote.rule.basis_missing", r.Key, r.Key)
	c.need(!r.Pass.IsZero(), "vote.rule.pass_missing", r.Key, r.Key)
	c.clause(r.Key, "quorum", r.Quorum)
	c.clause(r.Key, "pass", r.Pass)
	c.need(r.Quorum.Of != OfCast, "vote.rule.quorum_of_cast", "", r.Key, "quorum", "of")
}

func (c *checker) clause(rule, name string, cl Clause) {
	if cl.IsZero() {
		return
	}
	c.need(cl.Of != 0, "vote.rule.of_missing", name, rule, name, "of")
	c.need(cl.Area.Den != 0, "vote.rule.area_missing", name, rule, name, "area")
	c.need(cl.Heads.Den != 0, "vote.rule.heads_missing", name, rule, name, "heads")
	c.need(cl.Basis != "", "vote.rule.basis_missing", name, rule, name)
}

// Profiles are the laws of all periods, oldest first, no two of them on one day.
type Profiles struct{ list []Profile }

// NewProfiles orders the profiles. It faults two profiles of one id, and two that govern the same day, naming both.
func NewProfiles(list []Profile) (Profiles, []Clash) {
	ps := slices.Clone(list)
	slices.SortFunc(ps, func(a, b Profile) int { return cmp.Or(a.InForce.Compare(b.InForce), cmp.Compare(a.ID, b.ID)) })
	var clashes []Clash
	for i := range ps {
		for j := i + 1; j < len(ps); j++ {
			sameDay := ps[i].Until.IsZero() || ps[j].InForce.Compare(ps[i].Until) <= 0
			if sameDay || ps[i].ID == ps[j].ID {
				clashes = append(clashes, Clash{ps[i].ID, ps[j].ID})
			}
		}
	}
	if len(clashes) > 0 {
		return Profiles{}, clashes
	}
	return Profiles{ps}, nil
}

// Clash is two profiles that cannot stand together.
type Clash struct{ First, Second string }

// On gives the profile in force on the day of the decision, never today's; ok is false for a day no file covers.
func (ps Profiles) On(day calendar.Date) (Profile, bool) {
	for _, p := range ps.list {
		if p.InForceOn(day) {
			return p, true
		}
	}
	return Profile{}, false
}

// ByID finds a profile by the id that a record stored.
func (ps Profiles) ByID(id string) (Profile, bool) {
	for _, p := range ps.list {
		if p.ID == id {
			return p, true
		}
	}
	return Profile{}, false
}

// All lists the profiles, oldest first. Not to be changed.
func (ps Profiles) All() []Profile { return ps.list }
