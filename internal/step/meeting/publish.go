package meeting

import (
	"gongzhi/internal/act"
	"gongzhi/internal/step"
)

// Publishes: a meeting stands on the list once it is called; called anew it has its new hour.
func (m *Meeting) Publishes(a act.Act) (step.Publication, bool) {
	var b calledBody
	if a.Kind != called || a.Into(&b) != nil {
		return step.Publication{}, false
	}
	return step.Publication{Kind: step.MeetingList, Item: b.Body, Begins: b.At, Place: b.Place}, true
}
