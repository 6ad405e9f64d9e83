package ballot

import (
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/vote"
)

// Enrol builds the roll as the register had it on a day. It refuses a register with faults, naming the first rows, and
// one on which nobody can vote.
func (b *Ballot) Enrol(v step.View, on calendar.Date) (vote.Roll, error) {
	parts, opts, err := b.parts(v, on)
	if err != nil {
		return vote.Roll{}, err
	}
	roll, err := vote.NewRoll(parts, opts)
	if r, bad := fault.As(err); bad {
		rows := make([]string, 0, len(r.Fields))
		for _, f := range r.Fields {
			if f.Row > 0 && f.Row <= len(parts) && len(rows) < 5 {
				rows = append(rows, string(parts[f.Row-1].ID))
			}
		}
		return vote.Roll{}, fault.Refuse(fault.Invalid, "ballot.roll", v.Basis("roll", &b.Common), fault.Args{"N": len(r.Fields), "Rows": strings.Join(rows, " ")})
	}
	if err != nil {
		return vote.Roll{}, err
	}
	if total := roll.Total(); total.Heads == 0 || total.Area == 0 {
		return vote.Roll{}, fault.Refuse(fault.Invalid, "ballot.nobody", v.Basis("roll", &b.Common), nil)
	}
	return roll, nil
}

// Enrolled gives the roll that the opening act froze.
func (b *Ballot) Enrolled(a act.Act) (roll vote.Roll, on calendar.Date, ok bool, err error) {
	if a.Kind != opened {
		return vote.Roll{}, calendar.Date{}, false, nil
	}
	var body openedBody
	if err := a.Into(&body); err != nil {
		return vote.Roll{}, calendar.Date{}, false, err
	}
	if on = body.Day; on.IsZero() {
		on = calendar.DateOf(a.At)
	}
	roll, err = body.roll()
	return roll, on, true, err
}

// Enrols is the register of parts.
func (b *Ballot) Enrols() string { return b.Roll.Register }

// freeze is the roll that the vote opens with. Where it was posted for checking, it is the very one that hung: as of the
// same day, with the same root. A flat sold in the meantime does not change it, so that no sale can put off a vote; a
// correction that reaches back to that day does, and then what people checked is not what they would vote by.
func (b *Ballot) freeze(v step.View) (vote.Roll, calendar.Date, error) {
	posted, ok := b.posted(v)
	if !ok {
		roll, err := b.Enrol(v, v.Today())
		return roll, v.Today(), err
	}
	day, _ := posted.Facts[step.RollDay].(string)
	on, err := calendar.ParseDate(day)
	if err != nil {
		return vote.Roll{}, on, err
	}
	roll, err := b.Enrol(v, on)
	if err == nil && string(roll.Root()) != posted.Facts[step.RollRoot] {
		err = fault.Refuse(fault.Conflict, "ballot.roll_changed", v.Basis("roll", &b.Common), fault.Args{"Day": day})
	}
	return roll, on, err
}

// posted is the latest result of a step that published this ballot's roll.
func (b *Ballot) posted(v step.View) (last step.Result, ok bool) {
	for _, r := range v.Results {
		if r.Facts[step.RollOf] == v.Key && (!ok || r.At.After(last.At)) {
			last, ok = r, true
		}
	}
	return last, ok
}

// parts reads the register as it stands on the day.
func (b *Ballot) parts(v step.View, on calendar.Date) ([]vote.Part, vote.RollOptions, error) {
	opts := vote.RollOptions{CountSpecialSpaces: b.Roll.CountSpecialSpaces, SpacesRule: b.Roll.SpacesRule}
	rows, err := v.Book.Rows(b.Roll.Register, v.Matter.Subject, on)
	if err != nil {
		return nil, opts, err
	}
	parts := make([]vote.Part, len(rows))
	for i, r := range rows {
		p := vote.Part{
			ID: vote.PartID(r.ID.ID), Building: r.Parent.ID, Unit: r.Text(b.Roll.Unit), Room: r.Text(b.Roll.Room),
			Area: exact.Area(max(0, r.Int(b.Roll.Area))), Kind: vote.Dwelling, State: vote.Sold, Builder: vote.OwnerID(r.Text(b.Roll.Builder)),
		}
		for _, o := range r.List(b.Roll.Owners) {
			p.Owners = append(p.Owners, vote.OwnerID(o))
		}
		if b.Roll.isSpace(r.Text(b.Roll.Kind)) {
			p.Kind = vote.Space
		}
		// A value that is none of the set leaves zero, which the roll refuses with the row: better than a guess.
		if s := r.Text(b.Roll.State); s != "" {
			p.State = 0
			_ = p.State.UnmarshalText([]byte(s))
		}
		if s := r.Text(b.Roll.Source); s != "" {
			_ = p.Source.UnmarshalText([]byte(s))
		}
		parts[i] = p
	}
	return parts, opts, nil
}

func (r Roll) isSpace(kind string) bool {
	for _, s := range r.Spaces {
		if s == kind {
			return true
		}
	}
	return false
}
