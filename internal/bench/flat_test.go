package main

import "testing"

// bounded are the questions that grow up to a limit which 2,000 reports do not reach, with the most that they may take here:
// a little more than they do.
var bounded = map[string]struct{ steps, bytes int64 }{
	"rows of a figure": {20_000, 3000}, // a page of fifty
	// A map goes by as many squares as its picture has room for, and a list of thirty.
	"map, close up": {13_000, 6000}, "map, what is open": {80_000, 6000}, "map, closer": {30_000, 6000}, "map, one community": {80_000, 6000}, "map, one category": {80_000, 6000},
	"map, all there ever was": {130_000, 6000}, "map, all, closer": {40_000, 6000}, "map, all, close up": {20_000, 6000},
	// What is late or owed is looked at up to two hundred of a role.
	"wall": {140_000, 4000}, "late matters": {80_000, 3000}, "desk: what I owe": {140_000, 8000}, "desk: calendar": {80_000, 4000}, "work of a role": {2500, 0},
	"matters of a community": {70_000, 3000},   // the newest two thousand
	"pages for finders":      {60_000, 12_000}, // the newest five thousand
	"API, list":              {15_000, 14_000}, // counts up to a thousand
}

// What the doors are asked costs the same with ten times the reports: counted in instructions of SQLite and in bytes that
// are sent, so that a busy machine changes nothing. TestScale says the same of ten years, in time.
func TestFlat(t *testing.T) {
	if testing.Short() {
		t.Skip("two thousand reports")
	}
	s := openScale(t, "", "")
	t.Cleanup(func() { _ = s.house.Close() })
	s.perDay = 2 // so that a month has as many at both sizes
	const few, many = 200, 2000
	type figures struct{ steps, bytes int64 }
	measured := map[int][]figures{}
	var questions []question
	for _, n := range []int{few, many} {
		s.report(n)
		a := newAsked(s)
		questions = a.questions
		for _, q := range questions {
			var f figures
			for range 2 { // the first one fills what is kept
				before := s.house.Store.Steps()
				bytes, err := q.ask()
				if err != nil {
					t.Fatalf("%s: %v", q.name, err)
				}
				f = figures{s.house.Store.Steps() - before, int64(bytes)}
			}
			measured[n] = append(measured[n], f)
		}
	}
	for i, q := range questions {
		a, b, limit := measured[few][i], measured[many][i], bounded[q.name]
		t.Logf("%s: %d to %d steps, %d to %d bytes", q.name, a.steps, b.steps, a.bytes, b.bytes)
		if b.steps > max(a.steps+a.steps/4+500, limit.steps) {
			t.Errorf("%s: %d steps at %d reports, %d at %d", q.name, a.steps, few, b.steps, many)
		}
		if b.bytes > max(a.bytes+a.bytes/4+500, limit.bytes) {
			t.Errorf("%s: %d bytes at %d reports, %d at %d", q.name, a.bytes, few, b.bytes, many)
		}
	}
}
