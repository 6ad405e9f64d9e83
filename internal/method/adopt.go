package method

import (
	"gongzhi/internal/act"
	"gongzhi/internal/fault"
)

// Adopt is where a matter stands under this version of the method, when its record began under another: the same acts,
// folded by these steps. It refuses with [fault.Conflict] where the record does not fit: the step at hand is not there or is
// of another kind, it requires what has not been done, or an act means nothing to it. What was done before stays done.
func (m *Method) Adopt(before *Method, r *Run, acts []act.Act) (*Run, error) {
	basis := fault.Basis{Clause: m.File() + "#steps." + r.Step}
	refuse := func(code string, more fault.Args) error { return fault.Refuse(fault.Conflict, code, basis, more) }
	if r.Closed {
		return nil, refuse("adopt.closed", nil)
	}
	was, _ := before.Step(r.Step)
	now, there := m.Step(r.Step)
	if !there || now.Step.Shared().Kind != was.Step.Shared().Kind {
		return nil, refuse("adopt.step", fault.Args{"Step": was.Step.Shared().Name})
	}
	run, err := m.Replay(r.Matter.Number, acts)
	if err != nil {
		return nil, refuse("adopt.record", fault.Args{"Why": err.Error()})
	}
	for _, need := range m.Requires[run.Step] {
		if !met(run, need) {
			basis.Clause = m.File() + "#requires." + run.Step
			return nil, refuse("adopt.requires", fault.Args{"Need": need})
		}
	}
	return run, nil
}
