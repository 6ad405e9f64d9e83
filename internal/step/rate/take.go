package rate

import (
	"strconv"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// sheet is the questions as fields, the best mark first, as people read it.
func (r *Rate) sheet() (out step.Fields) {
	for _, q := range r.Questions {
		f := step.Field{Key: q.Key, Label: q.Label, Type: step.ChoiceType, Required: true, Audience: step.Public}
		for i := len(r.Marks); i > 0; i-- {
			f.Options = append(f.Options, step.Option{Value: strconv.Itoa(i), Label: r.Marks[i-1]})
		}
		out = append(out, f)
	}
	if r.Reason != nil {
		out = append(out, *r.Reason)
	}
	return out
}

func (r *Rate) recordSheet() step.Fields {
	channel := step.Field{Key: "channel", Label: text.Named("solicit.channel"), Type: step.ChoiceType, Required: true, Audience: step.Public}
	for _, c := range []string{"door", "phone", "paper"} {
		channel.Options = append(channel.Options, step.Option{Value: c, Label: text.Named("solicit.channel_" + c)})
	}
	unit := step.Field{Key: "unit", Label: text.Named("solicit.unit"), Type: step.RowType, Register: r.Units.Register, Required: true, Audience: step.Public}
	return append(step.Fields{unit, channel}, r.sheet()...)
}

// Asks: households rate as a right; whoever records for them owes a round until enough are reached.
func (r *Rate) Asks(v step.View) (asks []step.Ask) {
	st := v.State.(*state)
	switch {
	case st.Ended:
		return nil
	case len(st.Units) == 0:
		return []step.Ask{{Verb: "open", By: r.Open.By, Words: text.Key("rate.open"), Lead: text.Key("rate.open_lead"), Owed: true, Clause: "units"}}
	}
	if len(r.Answer.By) > 0 {
		asks = append(asks, step.Ask{
			Verb: "answer", By: r.Answer.By, Words: text.Key("rate.answer"), Lead: text.Key("rate.answer_lead", "Says", r.Says), Fields: r.sheet(), Due: st.Closes, Own: true, Clause: "answer",
		})
	}
	if len(r.Record.By) > 0 {
		asks = append(asks, step.Ask{
			Verb: "record", By: r.Record.By, Words: text.Key("rate.record"), Fields: r.recordSheet(), Due: st.Closes,
			Owed: !r.Reach.Met(uint64(st.Answered), uint64(len(st.Units))), Clause: "record",
		})
	}
	return asks
}

// Take answers a submission. The closing instant is too late.
func (r *Rate) Take(v step.View, s step.Submission) ([]act.Draft, error) {
	st := v.State.(*state)
	if (s.Verb == "answer" || s.Verb == "record") && !st.Closes.IsZero() && (st.Ended || !v.Now.Before(st.Closes)) {
		return nil, fault.Refuse(fault.Closed, "rate.closed", v.Basis("window", &r.Common), fault.Args{"Step": r.Name})
	}
	ask, answers, err := step.Answered(r, v, s)
	if err != nil {
		return nil, err
	}
	if ask.Verb == "open" {
		drafts, err := r.open(v)
		if err == nil && len(drafts) == 0 {
			return nil, fault.Refuse(fault.Invalid, "rate.nobody", v.Basis("units", &r.Common), nil)
		}
		return drafts, err
	}
	body := sheetBody{Unit: v.Scope.ID, Channel: "online", Marks: map[string]int{}}
	kind, listed := answered, v.Scope.Register == r.Units.Register
	if ask.Verb == "record" {
		kind, listed = recorded, true
		body.Unit, body.Channel = answers.Open["unit"].(string), answers.Open["channel"].(string)
	}
	if !listed || !st.Listed[body.Unit] {
		return nil, fault.Refuse(fault.Denied, "rate.not_listed", v.Basis("units", &r.Common), fault.Args{"Unit": body.Unit})
	}
	for _, q := range r.Questions {
		body.Marks[q.Key], _ = strconv.Atoi(answers.Open[q.Key].(string)) // an option of ours
	}
	return []act.Draft{{Kind: kind, Clause: ask.Clause, Body: body, Sealed: answers.Sealed}}, nil
}
