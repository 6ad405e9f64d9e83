package people_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/people"
	"gongzhi/internal/store"
)

var ctx = context.Background()

const password = "correct horse battery"

func write(t *testing.T, h *house.House, do func(tx *store.Tx) error) error {
	t.Helper()
	return h.Store.Write(ctx, func(_ context.Context, tx *store.Tx) error { return do(tx) })
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(err error) string {
	if r, ok := fault.As(err); ok {
		return r.Code
	}
	return ""
}

// Every way of failing to sign in is the same answer: nothing tells which logins exist, or are closed, or have a
// password. Each costs one hash, which is what takes time: seen here by the memory it takes, since a busy machine tells
// nothing by the clock.
func TestSignIn(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		must(t, write(t, h, func(tx *store.Tx) error {
			for _, a := range []people.Account{{Person: "a", Login: "Anna", Name: "安娜"}, {Person: "b", Login: "closed", Name: "关"}} {
				if err := h.People.Add(ctx, tx, a, password); err != nil {
					return err
				}
			}
			if err := h.People.Add(ctx, tx, people.Account{Person: "c", Login: "codeonly", Name: "码"}, ""); err != nil {
				return err
			}
			return h.People.Close(ctx, tx, "b")
		}))
		now := h.Clock.Now()
		for _, tt := range []struct{ name, login, password, want string }{
			{"right", "anna", password, ""},
			{"other letters and blanks", " ANNA ", password, ""},
			{"wrong password", "anna", password + "x", "people.sign_in_failed"},
			{"empty password", "anna", "", "people.sign_in_failed"},
			{"unknown", "nobody", password, "people.sign_in_failed"},
			{"closed", "closed", password, "people.sign_in_failed"},
			{"no password set", "codeonly", "", "people.sign_in_failed"},
			{"the password nobody has", "codeonly", strings.Repeat("\x00", 32), "people.sign_in_failed"},
			{"injection", "anna' OR 1=1 --", password, "people.sign_in_failed"},
		} {
			before := allocated()
			a, err := h.People.SignIn(ctx, h.Store.Read(), tt.login, tt.password, "", now)
			if took := (allocated() - before) >> 20; took < 19 || took >= 2*19 {
				t.Errorf("%s took %d MiB, want those of one hash", tt.name, took)
			}
			if code(err) != tt.want || tt.want == "" && (err != nil || a.Person != "a" || a.Name != "安娜") {
				t.Errorf("%s: %+v, %v", tt.name, a, err)
			}
		}
	})
}

// allocated is all the memory this process ever asked for, in bytes.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestSecondFactor(t *testing.T) {
	h, _ := housetest.Open(t)
	var secret string
	must(t, write(t, h, func(tx *store.Tx) (err error) {
		if err = h.People.Add(ctx, tx, people.Account{Person: "a", Login: "anna", Name: "安娜"}, password); err != nil {
			return err
		}
		secret, _, err = h.People.TwoFactor(ctx, tx, "a", "试验街道", "anna")
		return err
	}))
	now := h.Clock.Now()
	right, err := totp.GenerateCode(secret, now)
	must(t, err)
	old, err := totp.GenerateCode(secret, now.Add(-5*time.Minute))
	must(t, err)
	for _, tt := range []struct{ name, password, code, want string }{
		{"right", password, right, ""},
		{"none", password, "", "people.code_wanted"},
		{"old", password, old, "people.sign_in_failed"},
		{"none, and a wrong password", "wrong password", "", "people.sign_in_failed"},
		{"right, and a wrong password", "wrong password", right, "people.sign_in_failed"},
	} {
		if _, err := h.People.SignIn(ctx, h.Store.Read(), "anna", tt.password, tt.code, now); code(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestAccounts(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		err := write(t, h, func(tx *store.Tx) error {
			return h.People.Add(ctx, tx, people.Account{Person: "x", Login: "x", Name: "x"}, "nine char")
		})
		if r, ok := fault.As(err); !ok || len(r.Fields) != 1 || r.Fields[0].Code != "people.password_short" {
			t.Errorf("a short password: %v", err)
		}
		add := func(p act.Person, login string) error {
			return write(t, h, func(tx *store.Tx) error {
				return h.People.Add(ctx, tx, people.Account{Person: p, Login: login, Name: "某人"}, "")
			})
		}
		must(t, add("x", "one"))
		if err := add("y", "ONE"); code(err) != "people.login_taken" {
			t.Errorf("a login that is taken: %v", err)
		}
		must(t, add("y", "two"))
		all, err := h.People.List(ctx, h.Store.Read(), "", 100)
		must(t, err)
		if len(all) != len(housetest.Everybody)+2 {
			t.Errorf("%d accounts", len(all))
		}
		for i := 1; i < len(all); i++ {
			if all[i-1].Login >= all[i].Login {
				t.Errorf("%s stands after %s", all[i].Login, all[i-1].Login)
			}
		}
	})
}

// A household's code lets in one household once, however many bring it at the same time.
func TestACodeIsUsedOnce(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		flat := act.RowID{Register: "part", ID: "p103"}
		issue := func(expires time.Time) (code string) {
			must(t, write(t, h, func(tx *store.Tx) (err error) {
				code, err = h.People.Issue(ctx, tx, people.Household{Person: "house103", Name: "丙", Role: "owner", Scope: flat, Path: "/x/"}, expires)
				return err
			}))
			return code
		}
		redeem := func(s string) (a people.Account, m people.Mandate, err error) {
			err = write(t, h, func(tx *store.Tx) (err error) { a, m, err = h.People.Redeem(ctx, tx, s, ""); return err })
			return a, m, err
		}
		paper := issue(h.Clock.Now().Add(time.Hour))
		var errs [16]error
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, _, errs[i] = redeem(" " + strings.ToLower(strings.ReplaceAll(paper, "-", " "))) })
		}
		all.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else if code(err) != "people.code_unknown" {
				t.Error(err)
			}
		}
		if in != 1 {
			t.Errorf("the code let %d in", in)
		}
		who, err := h.Actor(ctx, "house103")
		must(t, err)
		if len(who.Mandates) != 1 || who.Mandates[0].Scope != flat || who.Mandates[0].Role != "owner" {
			t.Errorf("the household may act as %+v", who.Mandates)
		}
		// Of two sheets only the later one lets anybody in.
		lost := issue(h.Clock.Now().Add(time.Hour))
		issue(h.Clock.Now().Add(time.Hour))
		if _, _, err := redeem(lost); code(err) != "people.code_unknown" {
			t.Errorf("a code of the sheet that was replaced: %v", err)
		}
		// A second code of the same household opens the same account.
		second := issue(h.Clock.Now().Add(time.Hour))
		if a, _, err := redeem(second); err != nil || a.Person != "house103" {
			t.Errorf("the second code: %+v, %v", a, err)
		}
		late := issue(h.Clock.Now().Add(time.Hour))
		c.Advance(time.Hour)
		for name, s := range map[string]string{"expired": late, "unknown": people.NewCode(), "empty": "", "used": paper, "long": strings.Repeat("A", 10000)} {
			if _, _, err := redeem(s); code(err) != "people.code_unknown" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestCodesAreReadable(t *testing.T) {
	seen := map[string]bool{}
	for range 2000 {
		c := people.NewCode()
		if len(c) != 14 || strings.ContainsAny(c, "01OIL") || seen[c] {
			t.Fatalf("a code is %q", c)
		}
		seen[c] = true
	}
}

func TestMandatesHoldOnTheirDays(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		day := calendar.DateOf(h.Clock.Now())
		m := people.Mandate{Person: "li", Role: "volunteer", Scope: housetest.Compound, Path: "/x/", Starts: day.Add(1)}
		m.ID = people.MandateID(m.Person, m.Role, m.Scope)
		grant := func() { must(t, write(t, h, func(tx *store.Tx) error { return h.People.Grant(ctx, tx, m) })) }
		holds := func(on calendar.Date) bool {
			list, err := h.People.Mandates(ctx, h.Store.Read(), "li", on)
			must(t, err)
			for _, x := range list {
				if x.ID == m.ID {
					return true
				}
			}
			return false
		}
		expect := func(what string, want map[int]bool) {
			t.Helper()
			for days, held := range want {
				if holds(day.Add(days)) != held {
					t.Errorf("%s: on day %d held is %v, want %v", what, days, !held, held)
				}
			}
		}
		grant()
		expect("given", map[int]bool{0: false, 1: true, 400: true})
		must(t, write(t, h, func(tx *store.Tx) error { return h.People.Recall(ctx, tx, m.ID, day.Add(5)) }))
		expect("recalled", map[int]bool{1: true, 5: true, 6: false})
		m.Starts = day.Add(10)
		grant()
		expect("given again", map[int]bool{5: false, 9: false, 10: true, 400: true})
		m.Starts = day.Add(20)
		grant()
		expect("given once more while it holds", map[int]bool{10: true})
	})
}

func TestSessions(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		s := h.People.Sessions(h.Store, h.Clock)
		must(t, s.CommitCtx(ctx, "token", []byte("one"), h.Clock.Now().Add(time.Hour)))
		must(t, s.CommitCtx(ctx, "token", []byte("two"), h.Clock.Now().Add(time.Hour)))
		if got, there, err := s.FindCtx(ctx, "token"); err != nil || !there || string(got) != "two" {
			t.Errorf("Find = %q, %v, %v", got, there, err)
		}
		c.Advance(time.Hour)
		if _, there, err := s.FindCtx(ctx, "token"); err != nil || there {
			t.Errorf("an expired session is found: %v", err)
		}
		must(t, s.Sweep(ctx))
		must(t, s.CommitCtx(ctx, "other", []byte("x"), h.Clock.Now().Add(time.Hour)))
		must(t, s.DeleteCtx(ctx, "other"))
		if _, there, _ := s.FindCtx(ctx, "other"); there {
			t.Error("a deleted session is found")
		}
	})
}

// Whoever has the database alone has no name, no password, no code and no cookie.
func TestTheDatabaseAloneNamesNobody(t *testing.T) {
	dir := t.TempDir()
	h := housetest.With(t, house.Config{Dir: dir, Clock: clock.NewManual(housetest.Start)})
	var paper string
	must(t, write(t, h, func(tx *store.Tx) (err error) {
		if err = h.People.Add(ctx, tx, people.Account{Person: "a", Login: "anna", Name: "安娜真名"}, password); err != nil {
			return err
		}
		paper, err = h.People.Issue(ctx, tx, people.Household{Person: "b", Name: "某户真名", Role: "owner"}, h.Clock.Now().Add(time.Hour))
		return err
	}))
	must(t, h.People.Sessions(h.Store, h.Clock).CommitCtx(ctx, "cookie-in-the-open", []byte("data"), h.Clock.Now().Add(time.Hour)))
	db, err := sql.Open("sqlite", filepath.Join(dir, "gongzhi.db"))
	must(t, err)
	defer db.Close()
	for _, table := range []string{"account", "household_code", "session"} {
		rows, err := db.Query("SELECT * FROM " + table)
		must(t, err)
		defer rows.Close()
		cols, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			cells := make([]any, len(cols))
			for i := range cells {
				cells[i] = new(sql.RawBytes)
			}
			must(t, rows.Scan(cells...))
			for i, cell := range cells {
				raw := string(*cell.(*sql.RawBytes))
				for _, secret := range []string{"真名", password, paper, strings.ReplaceAll(paper, "-", ""), "cookie-in-the-open"} {
					if strings.Contains(raw, secret) {
						t.Errorf("%s.%s shows %q", table, cols[i], secret)
					}
				}
				if cols[i] == "password" && raw != "" && !strings.HasPrefix(raw, "$argon2id$v=19$m=19456,t=2,p=1$") {
					t.Errorf("a password is kept as %.40s", raw)
				}
			}
		}
		must(t, rows.Err())
	}
}

// A closed account is shut at every door: what it could do by a password, a session, a token or a code it still has.
func TestAClosedAccountMayNothing(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, _ *clock.Manual) {
		var paper, token string
		must(t, write(t, h, func(tx *store.Tx) (err error) {
			flat := act.RowID{Register: "part", ID: "p103"}
			if paper, err = h.People.Issue(ctx, tx, people.Household{Person: "li", Name: "李", Role: "owner", Scope: flat, Path: "/x/"}, h.Clock.Now().Add(time.Hour)); err != nil {
				return err
			}
			token, err = h.People.IssueToken(ctx, tx, "li", "test", h.Clock.Now().Add(time.Hour))
			return err
		}))
		before, err := h.Actor(ctx, "li")
		must(t, err)
		if len(before.Mandates) == 0 {
			t.Fatal("li has nothing to lose")
		}
		must(t, write(t, h, func(tx *store.Tx) error { return h.People.Close(ctx, tx, "li") }))
		after, err := h.Actor(ctx, "li")
		must(t, err)
		if len(after.Mandates) != 0 {
			t.Errorf("a closed account may still act as %+v", after.Mandates)
		}
		err = write(t, h, func(tx *store.Tx) error { _, _, err := h.People.Redeem(ctx, tx, paper, ""); return err })
		if code(err) != "people.code_unknown" {
			t.Errorf("a code let a closed account in: %v", err)
		}
		if who, ok, err := h.People.TokenPerson(ctx, h.Store.Read(), token, h.Clock.Now()); err == nil && ok {
			a, err := h.People.Actor(ctx, h.Store.Read(), who, calendar.DateOf(h.Clock.Now()))
			must(t, err)
			if len(a.Mandates) != 0 {
				t.Error("a token acts for a closed account")
			}
		}
	})
}
