package ballot_test

import (
	"strings"
	"testing"

	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/ballot"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/vote"
)

// posted is a world whose roll was posted on its first day, with the root it then had.
func posted(t *testing.T) (*steptest.World, vote.Roll) {
	t.Helper()
	w := world(t, 3)
	s := steptest.Must(t, ballot.Kind{}, string(ballot.Kind{}.Example()), w)
	on := calendar.DateOf(w.Now)
	roll, err := s.(step.Enrols).Enrol(steptest.Start(t, s, w).View(), on)
	must(t, err)
	w.Results["roll_notice"] = step.Result{Outcome: "closed", At: w.Now, Facts: map[string]any{
		step.RollOf: "example", step.RollDay: on.String(), step.RollRoot: string(roll.Root()),
	}}
	return w, roll
}

// What hung on the board is what is voted by.
func TestTheRollThatOpensIsTheOneThatWasPosted(t *testing.T) {
	w, roll := posted(t)
	day := calendar.DateOf(w.Now)
	w.Now = at(t, "2026-03-20 09:00")
	m := open(t, w)
	got, on, ok, err := m.Step.(step.Enrols).Enrolled(m.Acts[1])
	if err != nil || !ok || got.Root() != roll.Root() || on != day {
		t.Errorf("froze %s as of %s (%v, %v), want %s as of %s", got.Root(), on, ok, err, roll.Root(), day)
	}
	if _, _, ok, err := m.Step.(step.Enrols).Enrolled(m.Acts[0]); ok || err != nil {
		t.Errorf("arriving froze a roll: %v %v", ok, err)
	}
}

// A correction that reaches back behind the posting makes the posted roll another: people checked something else.
func TestARollChangedBehindThePostingIsPostedAgain(t *testing.T) {
	w, _ := posted(t)
	w.Book[2].Values["area"] = int64(exact.Area(100_01))
	m := steptest.Start(t, steptest.Must(t, ballot.Kind{}, string(ballot.Kind{}.Example()), w), w)
	r, _ := fault.As(m.Submit(secretary, sub("open", "")))
	if r == nil || r.Code != "ballot.roll_changed" || r.Kind != fault.Conflict || !strings.HasSuffix(r.Basis.Clause, "#example.roll") {
		t.Errorf("one centimetre more behind the posting: %+v", r)
	}
}
