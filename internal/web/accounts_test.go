package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
)

var shownPassword = regexp.MustCompile(`<code[^>]*>([a-z2-7]{12})<`)

// An administrator lets somebody in, gives and recalls a role, makes a new password and closes the account, each for a
// reason, each one act that names nobody; and cannot do to themselves what would leave the house without one.
func TestAnAdministratorKeepsAccounts(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("it_admin")
	before := w.acts(act.House)
	if status, body, _ := v.post("/desk/people/new", url.Values{"login": {"xin"}, "name": {"演示新"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, `value="演示新"`) {
		t.Errorf("%d: an account without a reason", status)
	}
	status, body, _ := v.post("/desk/people/new", url.Values{"login": {"xin"}, "name": {"演示新"}, "reason": {"演示任〔2026〕1号"}})
	if status != http.StatusOK || !shownPassword.MatchString(body) {
		t.Fatalf("%d: no password is shown: %s", status, body)
	}
	first := shownPassword.FindStringSubmatch(body)[1]
	if status, body, _ := v.post("/desk/people/new", url.Values{"login": {"xin"}, "name": {"演示又"}, "reason": {"演示"}}); status != http.StatusConflict || !strings.Contains(body, "已有人使用") {
		t.Errorf("%d: a login was given twice", status)
	}
	ctx := context.Background()
	a, ok, err := w.house.People.ByLogin(ctx, w.house.Store.Read(), "xin")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	here := "/desk/people/" + string(a.Person)
	give := func(role, scope string) (int, string) {
		t.Helper()
		status, body, _ := v.post(here+"/give", url.Values{"role": {role}, "scope": {""}, "scope.find": {scope}, "reason": {"演示任〔2026〕2号"}})
		return status, body
	}
	if status, body := give("community_worker", ""); status != http.StatusUnprocessableEntity || !strings.Contains(body, "“社区工作者”要选一个社区") {
		t.Errorf("%d: a role over a community was given over nothing", status)
	}
	if status, body := give("street_office", "nyyh"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "这里不选") {
		t.Errorf("%d: a role over everything was given over a community", status)
	}
	if status, _ := give("owner", "nyyh"); status != http.StatusUnprocessableEntity {
		t.Errorf("%d: an owner was made here", status)
	}
	if status, body := give("community_worker", "农业银行社区"); status != http.StatusSeeOther {
		t.Fatalf("%d: %s", status, body)
	}
	if status, body := give("community_worker", "农业银行社区"); status != http.StatusConflict || !strings.Contains(body, "没有重复授予") {
		t.Errorf("%d: a role was given twice", status)
	}
	worker := w.visitor()
	if status, _, _ := worker.post("/sign-in", url.Values{"login": {"xin"}, "password": {first}}); status != http.StatusSeeOther {
		t.Fatalf("%d: the first password lets nobody in", status)
	}
	if status, _, _ := worker.get("/desk"); status != http.StatusOK {
		t.Errorf("%d: who was let in cannot work", status)
	}

	_, body, _ = v.get(here)
	recall := regexp.MustCompile(`href="([^"]*/recall\?mandate=[^"]*)"`).FindStringSubmatch(body)
	if recall == nil || !strings.Contains(body, "农业银行社区") {
		t.Fatal("the page does not say what is held, or how to end it")
	}
	mandate := strings.SplitN(recall[1], "mandate=", 2)[1]
	if _, body, _ = v.get(recall[1]); !strings.Contains(body, "收回“社区工作者”") {
		t.Error("the page does not say what is recalled")
	}
	if status, _, _ := v.post(here+"/recall", url.Values{"mandate": {mandate}, "reason": {"演示免〔2026〕1号"}}); status != http.StatusSeeOther {
		t.Errorf("%d: the role was not recalled", status)
	}
	if status, _, _ := worker.get("/desk"); status == http.StatusOK {
		t.Error("who holds no role any more is still at the desk")
	}
	status, body, _ = v.post(here+"/password", url.Values{"reason": {"本人忘记"}})
	if second := shownPassword.FindStringSubmatch(body); status != http.StatusOK || second == nil || second[1] == first {
		t.Errorf("%d: no new password", status)
	}
	if status, _, _ := worker.get("/me"); status == http.StatusOK {
		t.Error("a session outlives its password")
	}
	if status, _, _ := v.post(here+"/close", url.Values{"reason": {"演示调离"}}); status != http.StatusSeeOther {
		t.Errorf("%d: the account was not closed", status)
	}
	if status, _, _ := v.get(here + "/give"); status != http.StatusConflict {
		t.Errorf("%d: something is done about a closed account", status)
	}

	for _, path := range []string{"/desk/people/p-it_admin/close"} {
		if status, body, _ := v.get(path); status != http.StatusForbidden || !strings.Contains(body, "另一位系统管理员") {
			t.Errorf("%s: %d", path, status)
		}
	}
	acts, err := w.house.Ledger.Acts(ctx, w.house.Store.Read(), act.House, int64(before))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, one := range acts {
		kinds = append(kinds, one.Kind)
		if strings.Contains(string(one.Body), "演示新") || !strings.Contains(string(one.Body), `"reason"`) || one.By.Person != "p-it_admin" {
			t.Errorf("%s: %s by %s", one.Kind, one.Body, one.By.Person)
		}
	}
	if got := strings.Join(kinds, " "); got != "account.added mandate.given mandate.recalled account.password account.closed" {
		t.Errorf("acts %s", got)
	}
}

// The same refusals hold at the machine: there is one way to give a role.
func TestARoleIsGivenOnce(t *testing.T) {
	w := newTown(t)
	ctx, by := context.Background(), act.By{Role: act.HouseItself}
	for _, tt := range []struct{ role, scope, code string }{
		{"nobody", "", "people.role"}, {"community_worker", "", "people.scope"}, {"community_worker", "compound/yanshi1", "people.scope"},
		{"street_office", "community/nyyh", "people.no_scope"}, {"street_office", "", ""}, {"street_office", "", "people.mandate_held"},
	} {
		err := w.house.Mandate(ctx, by, "p-community_worker", tt.role, tt.scope, "")
		no, refused := fault.As(err)
		if tt.code == "" && err != nil || tt.code != "" && (!refused || no.Code != tt.code) {
			t.Errorf("%s over %q: %v, want %s", tt.role, tt.scope, err, tt.code)
		}
	}
}
