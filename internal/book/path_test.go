package book

import (
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/register"
)

func TestSortable(t *testing.T) {
	order := []string{"a-2-7", "a-2-12", "a-3-1", "a-10-1", "a-10-2", "a-100-1", "b-1-1"}
	for i := 1; i < len(order); i++ {
		a, b := pathOf("", act.RowID{Register: "r", ID: order[i-1]}), pathOf("", act.RowID{Register: "r", ID: order[i]})
		if a >= b {
			t.Errorf("%s does not come before %s", order[i-1], order[i])
		}
	}
}

// The signs can always be taken away again, so no two ids share a place; and a subtree's range holds what lies in it
// and nothing else.
func FuzzPath(f *testing.F) {
	f.Add("a-10", "b2")
	f.Add(strings.Repeat("9", 79), "1")
	f.Fuzz(func(t *testing.T, above, below_ string) {
		if !register.ValidID(above) || !register.ValidID(below_) {
			return
		}
		top := pathOf("", act.RowID{Register: "compound", ID: above})
		path := pathOf(top, act.RowID{Register: "building", ID: below_})
		if got := plain(path); got != "/compound/"+above+"/building/"+below_+"/" {
			t.Errorf("plain(%q) = %q", path, got)
		}
		if from, to := below(top); !(from < path && path < to) {
			t.Errorf("%q is not below %q", path, top)
		}
		sibling := pathOf("", act.RowID{Register: "compound", ID: above + "0"})
		if from, to := below(sibling); from < path && path < to {
			t.Errorf("%q is below %q", path, sibling)
		}
	})
}
