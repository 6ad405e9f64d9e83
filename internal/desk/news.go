package desk

import (
	"context"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/outbox"
	"gongzhi/internal/step"
)

// news is what somebody is to be told of the acts just recorded: work that a role did not owe before, a notice that was
// posted, the end of the matter. A verb that is owed for thirty items is one piece of news.
func (w *session) news(before []docket.Work) []outbox.Event {
	acts := w.chain.Acts()
	last := acts[len(acts)-1]
	event := outbox.Event{Matter: int64(w.run.Matter.Number), Seq: last.Seq, Step: w.run.Step, Scope: w.scope, At: last.Recorded.UnixMicro()}
	type owed struct{ role, verb, step string }
	known := make(map[owed]bool, len(before))
	for _, x := range before {
		known[owed{x.Role, x.Verb, x.Step}] = true
	}
	var out []outbox.Event
	for _, x := range w.work {
		if k := (owed{x.Role, x.Verb, x.Step}); !known[k] {
			known[k] = true
			e := event
			e.Kind, e.Role, e.Verb, e.Due = outbox.Work, x.Role, x.Verb, x.Due
			out = append(out, e)
		}
	}
	for _, a := range acts {
		if p, ok := w.published(a); ok && p.Kind == step.NoticeList && !p.Over {
			e := event
			e.Kind, e.Seq, e.Step, e.Due = outbox.Notice, a.Seq, a.Step, p.Ends.UnixMicro()
			out = append(out, e)
		}
	}
	if w.run.Closed {
		e := event
		e.Kind = outbox.Decided
		out = append(out, e)
	}
	return out
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

// publish keeps the public lists of notices and meetings as the acts leave them.
func (w *session) publish(ctx context.Context, acts []act.Act) error {
	for _, a := range acts {
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
