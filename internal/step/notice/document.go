package notice

import (
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Documents: the notice as it is posted, or nothing while it is not.
func (n *Notice) Documents(acts []act.Act) ([]step.Document, error) {
	var folded any
	var seq int64
	for _, a := range acts {
		var err error
		if folded, err = n.Fold(folded, a); err != nil {
			return nil, err
		}
		if a.Kind == posted {
			seq = a.Seq
		}
	}
	st, ok := folded.(*state)
	if !ok || st.Posted.IsZero() {
		return nil, nil
	}
	until := calendar.LastDay(st.Closes)
	body := step.Headed(step.Shown(n.Fields, st.Answers))
	last := text.Key("official.notice_days", "Days", n.Days.Words(), "From", calendar.DateOf(st.Posted).Add(1).String(), "Until", until.String())
	if n.Object.given() {
		last = text.Key("official.notice_object", "Days", n.Days.Words(), "From", calendar.DateOf(st.Posted).Add(1).String(), "Until", until.String())
	}
	return []step.Document{{Kind: step.NoticePaper, Body: append(body, page.Para{Words: last}), At: st.Posted, Seq: seq}}, nil
}
