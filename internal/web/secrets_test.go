package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
)

// One changes one's own password: with the old one, twice the new one, and every other session ends.
func TestOnesOwnPassword(t *testing.T) {
	w := newTown(t)
	v, other := w.signedIn("community_worker"), w.signedIn("community_worker")
	if _, body, _ := v.get("/me"); !strings.Contains(body, "/me/password") {
		t.Error("/me does not lead to the password")
	}
	if _, body, _ := v.get("/desk/settings"); !strings.Contains(body, "/me/password") {
		t.Error("the settings do not lead to the password")
	}
	const fresh = "一句很长很长的新密码"
	change := func(old, first, second string) (int, string) {
		status, body, _ := v.post("/me/password", url.Values{"current": {old}, "password": {first}, "again": {second}})
		return status, body
	}
	for _, tt := range []struct{ old, first, second, says string }{
		{"not the password", fresh, fresh, "和现在的密码不一样"}, {password, "short", "short", "密码至少 10 个字"}, {password, fresh, fresh + "x", "两遍新密码不一样"},
		{password, password, password, "新密码和现在的一样"}, {password, "", "", "这里"},
	} {
		if status, body := change(tt.old, tt.first, tt.second); status != http.StatusUnprocessableEntity || !strings.Contains(body, tt.says) || strings.Contains(body, `value="`+tt.old) {
			t.Errorf("%q, %q, %q: %d, want 422 with %s and no password given back", tt.old, tt.first, tt.second, status, tt.says)
		}
	}
	before := w.acts(act.House)
	if status, body := change(password, fresh, fresh); status != http.StatusSeeOther {
		t.Fatalf("%d: %s", status, body)
	}
	if status, body, _ := v.get("/me/password?done=1"); status != http.StatusOK || !strings.Contains(body, "密码已换") {
		t.Errorf("%d: who changed it was signed out", status)
	}
	if status, _, _ := other.get("/me"); status == http.StatusOK {
		t.Error("another session outlives the password")
	}
	acts, err := w.house.Ledger.Acts(context.Background(), w.house.Store.Read(), act.House, int64(before))
	if err != nil || len(acts) != 1 || acts[0].Kind != "account.password" || acts[0].By.Person != "p-community_worker" || acts[0].By.Role != "community_worker" {
		t.Errorf("acts %+v, %v; want one of their own", acts, err)
	}
	if status, _, _ := w.visitor().post("/sign-in", url.Values{"login": {"community_worker"}, "password": {password}}); status == http.StatusSeeOther {
		t.Error("the old password lets them in")
	}
	if status, _, _ := w.visitor().post("/sign-in", url.Values{"login": {"community_worker"}, "password": {fresh}}); status != http.StatusSeeOther {
		t.Errorf("%d: the new password does not let them in", status)
	}
}

var secondSecret = regexp.MustCompile(`name="secret" value="([A-Z2-7]+)"`)

// A second factor is set after a code made by it, asked for at the door, and taken away with a code.
func TestOnesOwnSecondFactor(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	const href = "/me/second-factor"
	_, body, _ := v.get(href)
	found := secondSecret.FindStringSubmatch(body)
	if found == nil || !strings.Contains(body, "<svg") {
		t.Fatalf("no secret to scan: %s", body)
	}
	secret := found[1]
	code := func() string {
		t.Helper()
		c, err := totp.GenerateCode(secret, w.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	post := func(password, code string) (int, string) {
		status, body, _ := v.post(href, url.Values{"current": {password}, "code": {code}, "secret": {secret}})
		return status, body
	}
	wrong := "000000"
	if code() == wrong {
		wrong = "111111"
	}
	if status, body := post(password, wrong); status != http.StatusUnprocessableEntity || !strings.Contains(body, "验证码不对") || !strings.Contains(body, `value="`+secret+`"`) {
		t.Errorf("%d: a wrong code, or another secret than the one scanned", status)
	}
	if status, body := post("not the password", code()); status != http.StatusUnprocessableEntity || !strings.Contains(body, "和现在的密码不一样") {
		t.Errorf("%d: set without the password", status)
	}
	if status, _ := post(password, code()); status != http.StatusSeeOther {
		t.Fatalf("%d: not set", status)
	}
	if _, body, _ := v.get(href + "?done=1"); !strings.Contains(body, "第二重验证已打开") || secondSecret.MatchString(body) {
		t.Error("who set it was signed out, or is shown a secret again")
	}
	door := func(code string) int {
		status, _, _ := w.visitor().post("/sign-in", url.Values{"login": {"community_worker"}, "password": {password}, "code": {code}})
		return status
	}
	if got := door(""); got == http.StatusSeeOther {
		t.Error("the password alone lets them in")
	}
	if got := door(code()); got != http.StatusSeeOther {
		t.Errorf("%d: password and code do not let them in", got)
	}
	if status, _ := post(password, wrong); status != http.StatusUnprocessableEntity {
		t.Errorf("%d: taken away without a code", status)
	}
	if status, _ := post(password, code()); status != http.StatusSeeOther {
		t.Fatalf("%d: not taken away", status)
	}
	if got := door(""); got != http.StatusSeeOther {
		t.Errorf("%d: still asked for a code", got)
	}
}

// Guessing the password at an open browser is slowed down as at the door.
func TestNobodyGuessesAtAnOpenBrowser(t *testing.T) {
	w := newTown(t)
	v := w.signedIn("community_worker")
	for range 20 {
		if status, _, _ := v.post("/me/password", url.Values{"current": {"a guess"}, "password": {"long enough 1"}, "again": {"long enough 1"}}); status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("twenty guesses were taken")
}

// Whoever came by a household's code has no password, and is led to none.
func TestAHouseholdHasNoPassword(t *testing.T) {
	w, ctx := newTown(t), context.Background()
	home := people.Household{Person: "p-yanshi", Name: "演示业主", Role: "owner", Scope: part}
	var code string
	err := w.house.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if home.Path, err = w.house.Book.Reader(ctx, tx, w.house.Tenant, w.house.Charter.Registers).Path(part, calendar.DateOf(start)); err != nil {
			return err
		}
		code, err = w.house.People.Issue(ctx, tx, home, tx.Now().Add(time.Hour))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v := w.visitor()
	if status, _, _ := v.post("/code", url.Values{"household_code": {code}}); status != http.StatusSeeOther {
		t.Fatalf("%d: the code lets nobody in", status)
	}
	if status, body, _ := v.get("/me"); status != http.StatusOK || strings.Contains(body, "/me/password") {
		t.Errorf("%d: /me leads to a password that is not there", status)
	}
	admin := w.signedIn("it_admin")
	if _, body, _ := admin.get("/desk/people"); strings.Contains(body, "p-yanshi") {
		t.Error("households stand among those with a password")
	}
	if _, body, _ := admin.get("/desk/people?all=yes"); !strings.Contains(body, "演示业主</a>") || !strings.Contains(body, ">一户一码<") || strings.Contains(body, ">p-yanshi<") {
		t.Error("a household is not in the list of all, or under a name for machines")
	}
	for _, path := range []string{"/me/password", "/me/second-factor"} {
		if status, body, _ := v.get(path); status != http.StatusNotFound || !strings.Contains(body, "一户一码") {
			t.Errorf("%s: %d", path, status)
		}
		if status, _, _ := v.post(path, url.Values{"current": {""}, "password": {"long enough 1"}, "again": {"long enough 1"}}); status == http.StatusSeeOther {
			t.Errorf("%s: a household made itself a password", path)
		}
	}
}
