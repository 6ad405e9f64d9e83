package method

import (
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
)

// ahead is how far a phone's clock may be ahead of ours and still be believed to mean now.
const ahead = 5 * time.Minute

// Made is when a submission counts as made: the phone's own instant where the step lets itself be filled in without
// signal, zero where it counts from when it arrives. It refuses what comes later than the step allows: a person then
// says what is to become of it.
func (m *Method) Made(r *Run, c Context, s step.Submission) (time.Time, error) {
	if _, _, beside := m.BesideOf(s.Verb); beside {
		return time.Time{}, nil
	}
	key := s.Step
	if key == "" {
		key = r.Step
	}
	p, ok := m.Step(key)
	if !ok {
		return time.Time{}, nil
	}
	return made(c, s, p.Step.Shared().Offline, m.basis(p, "offline"))
}

// MadeAtStart is Made for what begins a matter.
func (m *Method) MadeAtStart(c Context, s step.Submission) (time.Time, error) {
	return made(c, s, m.Start.Offline, fault.Basis{Clause: m.File() + "#start.offline", Law: m.Law})
}

func made(c Context, s step.Submission, within step.Span, basis fault.Basis) (time.Time, error) {
	if s.Made.IsZero() || within.IsZero() {
		return time.Time{}, nil
	}
	at := s.Made.UTC().Truncate(time.Microsecond) // as the ledger keeps instants
	args := fault.Args{"Made": calendar.Minute(at), "Span": within.Words()}
	switch end, _ := within.End(c.Calendar, at); {
	case at.After(c.Now.Add(ahead)):
		return time.Time{}, fault.Refuse(fault.Invalid, "offline.ahead", basis, args)
	case !at.Before(c.Now):
		return time.Time{}, nil
	case c.Now.After(end):
		return time.Time{}, fault.Refuse(fault.Closed, "offline.late", basis, args)
	}
	return at, nil
}
