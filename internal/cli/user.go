package cli

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// user adds people, gives and recalls mandates, resets passwords. It is how the first person is let in. Everything
// but listing is an act in the house's own book.
func user(c *call) int {
	flags := flag.NewFlagSet("user", flag.ContinueOnError)
	var at place
	at.flags(flags)
	name := flags.String("name", "", "")
	role := flags.String("role", "", "")
	scope := flags.String("scope", "", "")
	reason := flags.String("reason", "", "") // what it rests on, for the record
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if len(words) == 0 {
		return c.refuse(text.Key("cli.user.usage"))
	}
	err := at.within(func(ctx context.Context, h *house.House) error {
		return (&users{c, h, ctx, *reason}).run(words, *name, *role, *scope)
	})
	if err != nil {
		return c.failed("", err)
	}
	return ok
}

type users struct {
	*call
	house *house.House
	ctx   context.Context

	reason string
}

// atMachine is whoever sits at the machine.
var atMachine = act.By{Role: act.HouseItself}

func (u *users) run(words []string, name, role, scope string) error {
	verb, login := words[0], ""
	if len(words) > 1 {
		login = words[1]
	}
	switch {
	case verb == "list":
		return u.list()
	case login == "":
		return fault.Refuse(fault.Invalid, "cli.user.usage", fault.Basis{}, nil)
	case verb == "add":
		return u.add(login, name, role, scope)
	}
	a, found, err := u.house.People.ByLogin(u.ctx, u.house.Store.Read(), login)
	if err != nil {
		return err
	}
	if !found {
		return fault.Refuse(fault.NotFound, "cli.user.unknown", fault.Basis{}, fault.Args{"Login": login})
	}
	switch verb {
	case "grant":
		return u.house.Mandate(u.ctx, atMachine, a.Person, role, scope, u.reason)
	case "recall":
		return u.recall(a.Person, role, scope)
	case "password":
		return u.password(a.Person)
	case "second-factor":
		return u.second(a)
	case "token":
		return u.token(a)
	case "close":
		return u.house.CloseAccount(u.ctx, atMachine, a.Person, u.reason)
	}
	return fault.Refuse(fault.Invalid, "cli.user.usage", fault.Basis{}, nil)
}

// keep does something in the house's own book, by whoever sits at the machine.
func (u *users) keep(kind string, body any, do func(context.Context, *store.Tx) error) error {
	return u.house.Desk.Keep(u.ctx, atMachine, kind, "roles.yaml", body, nil, do)
}

func (u *users) list() error {
	q := u.house.Store.Read()
	after := ""
	for {
		list, err := u.house.People.List(u.ctx, q, after, 200)
		if err != nil {
			return err
		}
		for _, a := range list {
			mandates, err := u.house.People.Mandates(u.ctx, q, a.Person, calendar.DateOf(u.house.Clock.Now()))
			if err != nil {
				return err
			}
			var roles []string
			for _, m := range mandates {
				where := ""
				if !m.Scope.IsZero() {
					where = "@" + m.Scope.String()
				}
				roles = append(roles, m.Role+where)
			}
			if _, err := fmt.Fprintf(u.out, "%s\t%s\t%s\n", a.Login, a.Name, strings.Join(roles, " ")); err != nil {
				return err
			}
			after = a.Login
		}
		if len(list) < 200 {
			return nil
		}
	}
}

// secret reads one line, so that a password never stands in the list of processes.
func (u *users) secret() (string, error) {
	fmt.Fprint(u.err, u.say(text.Key("cli.user.password")))
	line, err := bufio.NewReader(u.in).ReadString('\n')
	if err != nil && line == "" {
		return "", fault.Refuse(fault.Invalid, "cli.user.no_password", fault.Basis{}, nil)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

func (u *users) add(login, name, role, scope string) error {
	if name == "" {
		return fault.Refuse(fault.Invalid, "cli.user.name", fault.Basis{}, nil)
	}
	password, err := u.secret()
	if err != nil {
		return err
	}
	person, err := u.house.AddAccount(u.ctx, atMachine, login, name, password, u.reason)
	if err != nil || role == "" {
		return err
	}
	return u.house.Mandate(u.ctx, atMachine, person, role, scope, u.reason)
}

// recall ends a mandate at once: yesterday was its last day.
func (u *users) recall(person act.Person, role, scope string) error {
	var id act.RowID
	if scope != "" {
		var fine bool
		if id, fine = register.ParseRowID(scope); !fine {
			return fault.Refuse(fault.Invalid, "people.scope", fault.Basis{Clause: "roles.yaml#roles." + role}, fault.Args{"Scope": scope, "Register": u.house.Desk.Charter().Roles[role].Scope})
		}
	}
	return u.house.Recall(u.ctx, atMachine, person, role, id, calendar.DateOf(u.house.Clock.Now()).Add(-1), u.reason)
}

func (u *users) password(person act.Person) error {
	password, err := u.secret()
	if err != nil {
		return err
	}
	return u.house.SetPassword(u.ctx, atMachine, person, password, u.reason)
}

func (u *users) second(a people.Account) error {
	var secret, address string
	err := u.keep(house.SecondSet, map[string]any{"person": a.Person}, func(ctx context.Context, tx *store.Tx) (err error) {
		secret, address, err = u.house.People.TwoFactor(ctx, tx, a.Person, u.house.Desk.Charter().Head.Name.ZH, a.Login)
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(u.out, "%s\n%s\n", secret, address)
	return err
}

// tokenLife is how long a token for programs is good.
const tokenLife = 365 * 24 * time.Hour

func (u *users) token(a people.Account) error {
	var token string
	err := u.keep("account.token", map[string]any{"person": a.Person}, func(ctx context.Context, tx *store.Tx) (err error) {
		token, err = u.house.People.IssueToken(ctx, tx, a.Person, "cli", tx.Now().Add(tokenLife))
		return err
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(u.out, token)
	return err
}
