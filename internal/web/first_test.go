package web_test

import (
	"context"
	"strings"
	"testing"

	"gongzhi/internal/act"
)

// A house in which nothing was begun says where to begin, to each what they may do; once something was, it does not.
func TestAnEmptyHouseSaysWhereToBegin(t *testing.T) {
	ctx := context.Background()
	empty := emptyTown(t)
	for _, role := range []string{"it_admin", "street_office"} {
		empty.person(ctx, role, role, act.RowID{})
	}
	for role, want := range map[string][]string{
		"it_admin":      {"从这里开始", `href="/desk/people"`, `href="/desk/codes"`, `href="/desk/import"`},
		"street_office": {"从这里开始", `href="/desk/registers"`, `href="/desk/import"`, `href="/desk/begin"`},
	} {
		_, body, _ := empty.signedIn(role).get("/desk")
		for _, part := range want {
			if !strings.Contains(body, part) {
				t.Errorf("%s: no %s", role, part)
			}
		}
		if role != "it_admin" && strings.Contains(body, "给工作人员开账号") {
			t.Errorf("%s is led where they may not go", role)
		}
	}
	if _, body, _ := newTown(t).signedIn("street_office").get("/desk"); strings.Contains(body, "从这里开始") {
		t.Error("a house at work is told to begin")
	}
}
