package desk

import (
	"context"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/outbox"
	"gongzhi/internal/step"
)

// given is to whom work was given by name.
type given map[thing]outbox.Persons

type thing struct{ verb, item string }

func givenBy(asks []step.Ask) given {
	var out given
	for _, a := range asks {
		if len(a.Only) > 0 {
			if out == nil {
				out = given{}
			}
			out[thing{a.Verb, a.Item}] = outbox.PersonsOf(a.Only)
		}
	}
	return out
}

// news is what somebody is to be told of the acts just recorded: work that a role did not owe before, a notice that was
// posted, another step of a matter that somebody follows, its end. A verb that is owed for thirty items is one piece of news. What was given to somebody by
// name is news again when it is given to somebody else.
func (w *session) news(before []docket.Work, given given) []outbox.Event {
	acts := w.chain.Acts()
	last := acts[len(acts)-1]
	event := outbox.Event{Matter: int64(w.run.Matter.Number), Seq: last.Seq, Step: w.run.Step, Scope: w.scope, At: last.Recorded.UnixMicro()}
	type owed struct{ role, verb, step string }
	known := make(map[owed]bool, len(before))
	for _, x := range before {
		known[owed{x.Role, x.Verb, x.Step}] = true
	}
	entered := slices.ContainsFunc(acts, func(a act.Act) bool { return a.Kind == act.Entered && a.Step == w.run.Step })
	var out []outbox.Event
	at := map[owed]int{}
	var asked outbox.Persons // by name, in this very event: they need not hear of the step as well
	for _, a := range w.asks {
		if !a.Owed && !a.Told {
			continue
		}
		named := outbox.PersonsOf(a.Only)
		if a.Told && !entered {
			continue
		}
		if a.Told {
			asked = asked.Or(named)
		}
		was, there := given[thing{a.Verb, a.Item}]
		for _, role := range a.By {
			k := owed{role, a.Verb, w.run.Step}
			if i, ok := at[k]; ok { // one more of the same: whoever may do one of them is told
				out[i].Spared = out[i].Spared.And(outbox.PersonsOf(a.Except))
				if out[i].Named == "" || named == "" {
					out[i].Named = ""
				} else {
					out[i].Named = out[i].Named.Or(named)
				}
				continue
			}
			if handedOn := there && was != named; known[k] && !handedOn {
				continue
			}
			e := event
			e.Kind, e.Role, e.Verb, e.Due, e.Spared, e.Named = outbox.Work, role, a.Verb, docket.Never, outbox.PersonsOf(a.Except), named
			if !a.Due.IsZero() {
				e.Due = a.Due.UnixMicro()
			}
			at[k], out = len(out), append(out, e)
		}
	}
	for _, a := range acts {
		if p, ok := w.published(a); ok && p.Kind == step.NoticeList && !p.Over {
			e := event
			e.Kind, e.Seq, e.Step, e.Due = outbox.Notice, a.Seq, a.Step, p.Ends.UnixMicro()
			out = append(out, e)
		}
	}
	for _, a := range acts {
		if verb, b, ok := w.method.BesideSaid(a); ok && b.Tells != nil {
			event.Seq = a.Seq
			out = append(out, w.added(event, verb, b.Tells.To)...)
			event.Seq = last.Seq
		}
	}
	switch {
	case w.run.Closed:
		e := event
		e.Kind = outbox.Decided
		out = append(out, e)
	case entered && len(w.run.Path) > 1: // its first step is told by the receipt
		e := event
		e.Kind, e.Spared = outbox.Moved, asked
		out = append(out, e)
	}
	return out
}

// added is the news that something was said beside the steps: to those who owe what the matter waits for, and to some roles.
func (w *session) added(event outbox.Event, verb string, to []string) (out []outbox.Event) {
	event.Kind, event.Verb, event.Step = outbox.Added, verb, verb
	at := map[string]int{}
	tell := func(role string, spared, named outbox.Persons) {
		i, there := at[role]
		switch {
		case !there:
			e := event
			e.Role, e.Spared, e.Named = role, spared, named
			at[role], out = len(out), append(out, e)
		case out[i].Named == "" || named == "":
			out[i].Spared, out[i].Named = out[i].Spared.And(spared), ""
		default:
			out[i].Spared, out[i].Named = out[i].Spared.And(spared), out[i].Named.Or(named)
		}
	}
	for _, a := range w.asks {
		for _, role := range a.By {
			if a.Owed {
				tell(role, outbox.PersonsOf(a.Except), outbox.PersonsOf(a.Only))
			}
		}
	}
	for _, role := range to {
		tell(role, "", "")
	}
	return out
}

// measure keeps what is measured of the matter from when its last act was recorded.
func (w *session) measure(ctx context.Context) error {
	var vars map[string]any // most methods are measured by nobody
	for _, set := range w.charter.Measures(w.method.Key) {
		if vars == nil {
			vars = w.method.Vars(w.run, w.context)
		}
		err := w.desk.docket.Measure(ctx, w.tx, docket.Measured{
			Set: set.Key, Matter: int64(w.run.Matter.Number), Since: w.run.Updated.UnixMicro(), Opened: w.run.Matter.Opened.UnixMicro(),
			Charter: string(w.charter.Digest), Group: set.Of(vars), Bits: set.Bits(vars), Sums: set.Amounts(vars), Private: w.run.Matter.Private,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// report keeps where the matter says something is, for lists and maps.
func (w *session) report(ctx context.Context) error {
	spot, category, ok := w.method.Located()
	if !ok {
		return nil
	}
	said := func(key string) string { s, _ := w.run.Matter.Facts[key].(string); return s }
	at, placed := step.ParsePoint(said(spot))
	subject := ""
	if !w.run.Matter.Subject.IsZero() {
		subject = w.run.Matter.Subject.String()
	}
	return w.desk.docket.PutReport(ctx, w.tx, docket.Report{
		Matter: int64(w.run.Matter.Number), Method: w.method.Key, Category: said(category), Subject: subject, Lon: at.Lon, Lat: at.Lat, Placed: placed,
		Opened: w.run.Matter.Opened.UnixMicro(), Updated: w.run.Updated.UnixMicro(), Open: !w.run.Closed, Private: w.run.Matter.Private,
	})
}

// published is what an act put on a public list.
func (w *session) published(a act.Act) (step.Publication, bool) {
	placed, ok := w.method.Step(a.Step)
	if !ok {
		return step.Publication{}, false
	}
	p, ok := placed.Step.(step.Publisher)
	if !ok {
		return step.Publication{}, false
	}
	return p.Publishes(a)
}

// attend keeps what stands to somebody's credit.
func (w *session) attend(ctx context.Context, a act.Act) error {
	placed, ok := w.method.Step(a.Step)
	if !ok {
		return nil
	}
	s, ok := placed.Step.(step.Attended)
	if !ok {
		return nil
	}
	p, ok := s.Attends(a)
	if !ok {
		return nil
	}
	return w.desk.docket.PutPresence(ctx, w.tx, docket.Presence{
		Matter: int64(a.Matter), Step: a.Step, Item: p.Item, Person: string(p.Person), Came: a.When().UnixMicro(), Hours: p.Hours,
	})
}

// publish keeps the public lists of notices and meetings, and who came where, as the acts leave them.
func (w *session) publish(ctx context.Context, acts []act.Act) error {
	for _, a := range acts {
		if err := w.attend(ctx, a); err != nil {
			return err
		}
		p, ok := w.published(a)
		if !ok {
			continue
		}
		row := docket.Publication{
			Matter: int64(a.Matter), Step: a.Step, Item: p.Item, Kind: p.Kind, Begins: p.Begins.UnixMicro(), Place: p.Place,
			Seq: a.Seq, Changed: a.Recorded.UnixMicro(), Over: p.Over,
		}
		if !p.Ends.IsZero() {
			row.Ends = p.Ends.UnixMicro()
		}
		if err := w.desk.docket.Publish(ctx, w.tx, row); err != nil {
			return err
		}
	}
	return nil
}
