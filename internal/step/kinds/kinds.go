// Package kinds lists the kinds of steps.
//
// In: nothing. Out: every kind there is. A kind that is not on this list does not exist: none registers itself, so the
// list can be read, and two programs of one version always know the same kinds.
package kinds

import (
	"gongzhi/internal/step"
	"gongzhi/internal/step/approve"
	"gongzhi/internal/step/assign"
	"gongzhi/internal/step/attend"
	"gongzhi/internal/step/ballot"
	"gongzhi/internal/step/claim"
	"gongzhi/internal/step/dispatch"
	"gongzhi/internal/step/feedback"
	"gongzhi/internal/step/form"
	"gongzhi/internal/step/inspect"
	"gongzhi/internal/step/keep"
	"gongzhi/internal/step/meeting"
	"gongzhi/internal/step/notice"
	"gongzhi/internal/step/open"
	"gongzhi/internal/step/patrol"
	"gongzhi/internal/step/rate"
	"gongzhi/internal/step/score"
	secretballot "gongzhi/internal/step/secret_ballot"
	"gongzhi/internal/step/solicit"
	"gongzhi/internal/step/works"
)

// All lists the kinds in the order of the docs.
func All() []step.Kind {
	return []step.Kind{
		form.Kind{},
		solicit.Kind{},
		meeting.Kind{},
		ballot.Kind{},
		secretballot.Kind{},
		notice.Kind{},
		rate.Kind{},
		feedback.Kind{},
		approve.Kind{},
		assign.Kind{},
		dispatch.Kind{},
		claim.Kind{},
		inspect.Kind{},
		works.Kind{},
		open.Kind{},
		patrol.Kind{},
		attend.Kind{},
		score.Kind{},
		keep.Kind{},
	}
}
