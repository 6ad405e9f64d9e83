package works

import (
	"fmt"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// before are the packages whose acceptance a start waits for.
func (s *Works) before(st *state, p Package) (names []text.Text) {
	for _, key := range p.After {
		if st.Pieces[key].Stage != accepted {
			q, _ := s.find(key)
			names = append(names, q.Name)
		}
	}
	return names
}

// inTurn are the packages that the order wants accepted before this one, waived or not.
func (s *Works) inTurn(st *state, p Package) (names []text.Text) {
	for _, o := range s.Order {
		if o.Then != p.Class || st.Left[o.First] == 0 {
			continue
		}
		for _, q := range s.Packages {
			if q.Class == o.First && st.Pieces[q.Key].Stage != accepted && !slices.Contains(names, q.Name) {
				names = append(names, q.Name)
			}
		}
	}
	return names
}

// blocked is inTurn for a package that nobody has let go out of order.
func (s *Works) blocked(st *state, p Package) []text.Text {
	if len(st.Pieces[p.Key].Waivers) > 0 {
		return nil
	}
	return s.inTurn(st, p)
}

// Asks go to the builder, the acceptor and those who decide, package by package. What has to wait for other packages is
// offered all the same and refused with their names, because a button that is merely gone explains nothing; but it is
// owed only when it can be done.
func (s *Works) Asks(v step.View) []step.Ask {
	st := v.State.(*state)
	if st.Outcome != "" {
		return nil
	}
	var asks []step.Ask
	add := func(a step.Ask, name text.Text) {
		a.Words, a.Lead = text.Key("works.verb."+a.Verb, "Package", name), s.Says.Words()
		asks = append(asks, a)
	}
	for _, p := range s.Packages {
		at := st.Pieces[p.Key]
		if at.Stage == accepted {
			continue
		}
		add := func(a step.Ask) { a.Item = p.Key; add(a, p.Name) }
		apart := step.Both(at.Hands, at.Waivers...)
		switch at.Stage {
		case waiting:
			add(step.Ask{Verb: "start", By: s.By, Owed: len(s.before(st, p)) == 0, Clause: "packages"})
		case started:
			add(step.Ask{Verb: "submit", By: s.By, Owed: true, Clause: "by"})
		case submitted:
			add(step.Ask{Verb: "accept", By: s.AcceptBy, Except: apart, Fields: s.Fields, Owed: len(s.blocked(st, p)) == 0, Clause: "accept_by"})
			add(step.Ask{Verb: "return", By: s.AcceptBy, Except: apart, Fields: step.Fields{step.Reason()}, Clause: "accept_by"})
		case accepted: // skipped above
		}
		if at.Stage != waiting {
			ask := step.Ask{Verb: "report", By: s.By, Fields: s.report(), Clause: "by"}
			if every := s.Report.Every; !every.IsZero() && at.Stage == started {
				ask.Owed, ask.Clause = true, "report"
				ask.Due, _ = every.End(v.Calendar, at.Since)
			}
			add(ask)
		}
		if len(s.WaiveBy) > 0 && len(s.blocked(st, p)) > 0 {
			add(step.Ask{Verb: "waive", By: s.WaiveBy, Except: at.Hands, Fields: step.Fields{step.Reason()}, Danger: true, Clause: "waive_by"})
		}
		if len(s.ChangeBy) > 0 {
			add(step.Ask{Verb: "change", By: s.By, Fields: changeFields(), Clause: "change_by"})
		}
	}
	for _, c := range st.Pending {
		p, _ := s.find(c.Package)
		own := []act.Person{c.By}
		add(step.Ask{Verb: "approve_change", Item: c.name(), By: s.ChangeBy, Except: own, Owed: true, Clause: "change_by"}, p.Name)
		add(step.Ask{Verb: "refuse_change", Item: c.name(), By: s.ChangeBy, Except: own, Fields: step.Fields{step.Reason()}, Clause: "change_by"}, p.Name)
	}
	return asks
}

// name of a change order in submissions.
func (c change) name() string { return fmt.Sprintf("%s#%d", c.Package, c.N) }

func (s *Works) report() step.Fields {
	fs := step.Fields{{
		Key: "text", Label: text.Named("works.field.text"), Hint: text.Named("said.reason_hint"), Type: step.TextType, Required: true, Audience: step.Public,
	}}
	if s.Photo != "" {
		fs = append(fs, step.Field{Key: "photo", Label: text.Named("works.field.photo"), Type: step.FileType, Audience: s.Photo})
	}
	return fs
}

func changeFields() step.Fields {
	return step.Fields{
		step.Reason(),
		{Key: "cost", Label: text.Named("works.field.cost"), Hint: text.Named("works.field.cost_hint"), Type: step.MoneyType, Required: true, Audience: step.Public},
		{Key: "days", Label: text.Named("works.field.days"), Type: step.CountType, Required: true, Max: 3660, Audience: step.Public},
	}
}

// kinds names the act of each verb.
var kinds = map[string]string{
	"start": "works.started", "report": "works.reported", "submit": "works.submitted", "accept": "works.accepted",
	"return": "works.returned", "waive": "works.waived", "change": "works.change", "approve_change": "works.change_approved",
	"refuse_change": "works.change_refused",
}

// Take records what was done to a package, and ends with the last acceptance or the last decision on a change.
func (s *Works) Take(v step.View, sub step.Submission) ([]act.Draft, error) {
	ask, answers, err := step.Answered(s, v, sub)
	if err != nil {
		return nil, err
	}
	st := v.State.(*state)
	b := body{Package: sub.Item}
	take := func(key string) any { x := answers.Open[key]; delete(answers.Open, key); return x }
	d := act.Draft{Kind: kinds[sub.Verb], Clause: ask.Clause, Sealed: answers.Sealed}
	acceptedNow, pending, total := st.Accepted, len(st.Pending), *st
	switch sub.Verb {
	case "start":
		if names := s.before(st, s.must(sub.Item)); len(names) > 0 {
			return nil, s.refuse(v, "works.after", "packages", sub.Item, names)
		}
	case "report":
		b.Text, _ = take("text").(string)
	case "accept":
		if names := s.blocked(st, s.must(sub.Item)); len(names) > 0 {
			return nil, s.refuse(v, "works.order", "order", sub.Item, names)
		}
		acceptedNow++
	case "return", "waive":
		b.Reason, _ = take("reason").(string)
	case "change":
		b.Change = st.Proposed + 1
		b.Reason, _ = take("reason").(string)
		b.Cost, _ = take("cost").(int64)
		b.Days, _ = take("days").(int64)
	case "approve_change", "refuse_change":
		c := st.Pending[slices.IndexFunc(st.Pending, func(c change) bool { return c.name() == sub.Item })]
		b.Package, b.Change = c.Package, c.N
		b.Reason, _ = take("reason").(string)
		pending--
		if sub.Verb == "approve_change" {
			sum, ok := exact.Money(st.Cost).Plus(exact.Money(c.Cost))
			if !ok {
				return nil, fault.Refuse(fault.TooLarge, "works.cost", v.Basis("change_by", &s.Common), nil)
			}
			total.Cost, total.Days, total.Changes = int64(sum), st.Days+c.Days, st.Changes+1
		}
	}
	if len(answers.Open) > 0 {
		b.Answers = answers.Open
	}
	d.Body = b
	if acceptedNow < len(s.Packages) || pending > 0 {
		return []act.Draft{d}, nil
	}
	return []act.Draft{d, step.End(Completed, map[string]any{
		"packages": len(s.Packages), "accepted": acceptedNow, "waived": total.Waived, "changes": total.Changes, "cost": total.Cost, "days": total.Days,
	})}, nil
}

// must finds a package that an ask has named.
func (s *Works) must(key string) Package { p, _ := s.find(key); return p }

// refuse names the packages that come first.
func (s *Works) refuse(v step.View, code, clause, key string, names []text.Text) error {
	return fault.Refuse(fault.Conflict, code, v.Basis(clause, &s.Common), fault.Args{"Package": s.must(key).Name, "Blocking": step.Listed(names)})
}
