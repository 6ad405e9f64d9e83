package notice

import (
	"gongzhi/internal/act"
	"gongzhi/internal/step"
)

// Publishes: a notice stands on the list from its posting, until it is taken back.
func (n *Notice) Publishes(a act.Act) (step.Publication, bool) {
	p := step.Publication{Kind: step.NoticeList, Begins: a.At}
	switch a.Kind {
	case posted:
		var b postedBody
		if a.Into(&b) != nil {
			return p, false
		}
		p.Ends = b.Closes
		return p, true
	case retracted:
		p.Over = true
		return p, true
	}
	return p, false
}
