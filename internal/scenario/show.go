package scenario

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

func (p *Player) show(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage("show N")
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return errUsage("show N")
	}
	return p.Show(ctx, act.Matter(n))
}

// Show prints where a matter stands: its steps, what is asked of whom with the keys to answer it, and its deadlines
// with how they were counted.
func (p *Player) Show(ctx context.Context, number act.Matter) error {
	return p.House.Desk.Read(ctx, number, func(_ context.Context, _ store.Q, s desk.Standing) error {
		v := view{p: p, s: s}
		v.head()
		if panel, ok := s.Method.Panel(s.Run, s.Context); ok {
			v.deadlines(panel.Blocks)
		}
		for _, a := range s.Asks() {
			v.ask(a)
		}
		return nil
	})
}

type view struct {
	p *Player
	s desk.Standing
}

func (v view) say(key string, pairs ...any) string {
	return v.s.Charter.Texts.Say(v.p.cfg.Lang, text.Key(key, pairs...))
}

func (v view) line(indent int, key string, pairs ...any) {
	fmt.Fprintf(v.p.cfg.Out, "%s%s\n", strings.Repeat("  ", indent), v.say(key, pairs...))
}

func (v view) head() {
	m, r := v.s.Method, v.s.Run
	v.line(0, "scenario.matter", "No", v.s.Row.Number, "Title", r.Matter.Title, "At", calendar.Minute(v.s.Context.Now))
	for _, placed := range m.List {
		key := "scenario.step.later"
		result, ended := r.Results[placed.Key]
		switch {
		case placed.Key == r.Step:
			key = "scenario.step.now"
		case ended:
			key = "scenario.step.done"
		}
		v.line(1, key, "Name", placed.Step.Shared().Name, "Key", placed.Key, "Outcome", result.Outcome, "At", calendar.Minute(result.At))
	}
	if r.Closed {
		v.line(1, "scenario.closed", "Result", m.Results[r.Result], "Key", r.Result)
	}
}

// deadlines prints every deadline of a panel, however deep it stands.
func (v view) deadlines(blocks []page.Block) {
	for _, b := range blocks {
		switch b := b.(type) {
		case page.Deadline:
			v.line(1, "scenario.deadline", "Label", b.Label, "At", ends(b.Due))
			if b.Count != nil {
				v.counted(b.Count)
			}
		case page.Section:
			v.deadlines(b.Blocks)
		case page.Panel:
			v.deadlines(b.Blocks)
		}
	}
}

// counted says how a period was counted, in the words that the pages use.
func (v view) counted(e *calendar.Explanation) {
	n := e.N
	if e.Unit == calendar.ClockHours || e.Unit == calendar.Workhours {
		n = int(e.Length / time.Hour)
	}
	v.line(2, "ui.count.start."+e.Unit.String(), "N", n, "At", calendar.Minute(e.Start))
	if !e.First.IsZero() {
		v.line(2, "ui.count.first", "Day", e.First.String())
	}
	for _, passed := range []struct {
		key  string
		days []calendar.Day
	}{{"skipped", e.Skipped}, {"made_up", e.MadeUp}, {"moved", e.Moved}} {
		if len(passed.days) == 0 {
			continue
		}
		names := make([]string, len(passed.days))
		for i, d := range passed.days {
			names[i] = d.Date.String()
		}
		v.line(2, "ui.count."+passed.key, "N", len(names), "Days", strings.Join(names, " "))
	}
	if e.Provisional {
		v.line(2, "ui.count.provisional")
	}
}

func (v view) ask(a step.Ask) {
	roles := make([]string, len(a.By))
	for i, r := range a.By {
		roles[i] = v.s.Charter.Texts.Say(v.p.cfg.Lang, v.s.Charter.RoleName(r)) + " " + r
	}
	key := "scenario.right"
	if a.Owed {
		key = "scenario.owed"
	}
	v.line(1, key, "Verb", strings.TrimSpace(a.Verb+" "+a.Item), "Words", a.Words, "Roles", strings.Join(roles, " / "))
	if !a.Due.IsZero() {
		v.line(2, "scenario.due", "At", ends(a.Due))
	}
	for _, f := range a.Fields {
		options := make([]string, len(f.Options))
		for i, o := range f.Options {
			options[i] = o.Value
		}
		key := "scenario.field"
		if f.Required {
			key = "scenario.required"
		}
		v.line(2, key, "Key", f.Key, "Label", f.Label, "Type", string(f.Type), "Options", strings.Join(options, "|"))
	}
}

// ends says an end: midnight is 24:00 of the day that is over then.
func ends(at time.Time) string {
	local := at.In(calendar.Zone)
	if h, m, s := local.Clock(); h == 0 && m == 0 && s == 0 {
		return calendar.LastDay(at).String() + " 24:00"
	}
	return calendar.Minute(at)
}
