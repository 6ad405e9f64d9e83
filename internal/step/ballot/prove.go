package ballot

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/vote"
)

// Prove holds the opening against the file and the law of the day, and the certificate against the roll, the rules, the
// ballots that had come in and its own figures. Where no ballot is withheld it makes the whole count anew.
func (b *Ballot) Prove(v step.View, a act.Act, whole bool) error {
	st, _ := v.State.(*state)
	if st == nil {
		st = &state{}
	}
	wrong := func(code string, args fault.Args) error {
		return fault.Refuse(fault.Invalid, code, v.Basis("rule", &b.Common), args)
	}
	switch a.Kind {
	case opened:
		var body openedBody
		if err := a.Into(&body); err != nil {
			return err
		}
		roll, err := body.roll()
		if err != nil {
			return err
		}
		if total := roll.Total(); uint64(total.Area) != body.Area || total.Heads != body.Heads {
			return wrong("ballot.total_wrong", nil)
		}
		if !reflect.DeepEqual(linesOf(roll), body.Roll) {
			return wrong("ballot.heads_wrong", nil)
		}
		if closes, _ := b.Window.End(v.Calendar, a.At); !closes.Equal(body.Closes) {
			return wrong("ballot.closes_wrong", nil)
		}
		return b.proveLaw(body, wrong)
	case counted:
		var body countedBody
		if err := a.Into(&body); err != nil {
			return err
		}
		if body.Root != st.Root || len(body.Items) != len(st.Terms.Items) {
			return wrong("ballot.count_other", nil)
		}
		came := slices.Clone(st.Receipts)
		for _, a := range v.Hidden {
			if brought(a) {
				came = append(came, a.Hash)
			}
		}
		if body.Receipts != act.Sum(receipts(came)) {
			return wrong("ballot.receipts_wrong", nil)
		}
		for i, it := range body.Items {
			item := st.Terms.Items[i]
			if it.Item != string(item.ID) {
				return wrong("ballot.count_other", nil)
			}
			if err := it.Prove(item, st.Roll.Total()); err != nil {
				return wrong("ballot.count_wrong", fault.Args{"Item": it.Item, "Why": err.Error()})
			}
		}
		if whole {
			return b.recountWhole(st, a, wrong)
		}
	case act.Ended:
		return b.proveEnd(st, a, wrong)
	}
	return nil
}

// recountWhole holds the certificate against the ballots themselves. A count that follows from what somebody submitted, as after
// a count by hand, is part of what they submitted: the engine takes it as said, so it is made anew here.
func (b *Ballot) recountWhole(st *state, a act.Act, wrong func(string, fault.Args) error) error {
	drafts, err := st.count(nil)
	if err != nil {
		return wrong("ballot.recount_wrong", fault.Args{"Why": err.Error()})
	}
	raw, err := json.Marshal(drafts[0].Body)
	if err != nil {
		return fmt.Errorf("ballot: %w", err)
	}
	if !act.SameBody(raw, a.Body) {
		return wrong("ballot.recount_wrong", fault.Args{"Why": string(raw)})
	}
	return nil
}

// proveLaw makes sure that the rules of the opening are those of the charter for the day on which the vote closes.
func (b *Ballot) proveLaw(body openedBody, wrong func(string, fault.Args) error) error {
	rules, proxies, ok := b.rules(body.Closes)
	same := ok && len(rules) == len(body.Rules) && proxies == body.ProxyLimit && len(b.Items) == len(body.Items) && len(b.Precedence) == len(body.Precedence)
	for i := 0; same && i < len(rules); i++ {
		same = reflect.DeepEqual(ruleOf(rules[i]), body.Rules[i])
	}
	for i := 0; same && i < len(b.Items); i++ {
		same = string(b.Items[i].Key) == body.Items[i]
	}
	for i := 0; same && i < len(b.Precedence); i++ {
		same = b.Precedence[i].String() == body.Precedence[i]
	}
	if !same {
		return wrong("ballot.law_wrong", nil)
	}
	return nil
}

// proveEnd makes sure that the step ends as its certificate says.
func (b *Ballot) proveEnd(st *state, a act.Act, wrong func(string, fault.Args) error) error {
	var e act.Ending
	if err := a.Into(&e); err != nil {
		return err
	}
	if st.Certificate == nil {
		return wrong("ballot.no_count", nil)
	}
	outcome := vote.Passed
	for _, it := range st.Certificate.Items {
		outcome = max(outcome, it.Outcome)
		if yes := step.Number(e.Facts, it.Item+"_yes_heads"); uint64(yes) != it.Heads.Yes || e.Facts[it.Item+"_outcome"] != it.Outcome.String() {
			return wrong("ballot.facts_wrong", nil)
		}
	}
	first := st.Certificate.Items[0]
	if step.Number(e.Facts, "cast_heads") != int64(first.Heads.Participated) || step.Number(e.Facts, "heads") != int64(first.Heads.Total) || e.Facts["root"] != string(st.Root) {
		return wrong("ballot.facts_wrong", nil)
	}
	if e.Outcome != outcome.String() {
		return wrong("ballot.outcome_wrong", fault.Args{"Said": e.Outcome, "Is": outcome.String()})
	}
	return nil
}
