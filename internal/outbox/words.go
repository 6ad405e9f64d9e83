package outbox

import (
	"fmt"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/docket"
	"gongzhi/internal/text"
)

// Say puts an event into words: what happened in which matter, at which step, and until when something is wanted.
func Say(c *charter.Charter, m docket.Matter, kind, step string, due int64) text.Words {
	title, name := text.Text{ZH: m.TitleZH, EN: m.TitleEN}, text.Plain(step)
	result := text.Plain(m.Result)
	if meth, ok := c.Method(m.Method); ok {
		if p, ok := meth.Step(step); ok {
			name = p.Step.Shared().Name.Words()
		}
		if r, ok := meth.Results[m.Result]; ok {
			result = r.Words()
		}
	}
	key, args := "outbox.told."+kind, []any{"Matter", title, "Step", name, "Result", result}
	if kind == Added {
		says := name
		if meth, ok := c.Method(m.Method); ok {
			if b, _, ok := meth.BesideOf(step); ok && b.Tells != nil {
				says = b.Tells.Says.Words()
			}
		}
		args = append(args, "Says", says)
	}
	if due > 0 && due != docket.Never && kind != Decided {
		key, args = key+"_due", append(args, "Due", shortDay(time.UnixMicro(due)))
	}
	return text.Key(key, args...)
}

// shortDay is the last day before an instant as people say it: 11月27日.
func shortDay(at time.Time) text.Text {
	_, month, d := calendar.LastDay(at).YMD()
	return text.Text{ZH: fmt.Sprintf("%d月%d日", month, d), EN: fmt.Sprintf("%d %s", d, month)}
}
