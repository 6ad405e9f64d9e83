package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/method"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/source"
)

// scenarioClerk is who writes what a script says without saying who did it.
var scenarioClerk = act.By{Role: act.HouseItself}

// declare reads people.yaml: a name, and the mandates as on a person line.
func (p *Player) declare(name string, raw []byte) error {
	n, faults := source.Parse(name, raw)
	list := map[string][]string{}
	if len(faults) == 0 {
		faults = n.Decode(&list)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s: %s %s", faults[0].Place, faults[0].Code, faults[0].Detail)
	}
	for who, mandates := range list {
		p.mandate[act.Person(who)] = mandates
	}
	return nil
}

// person declares somebody. They are let in when they first act, so the place of a mandate may still have to come.
func (p *Player) person(_ context.Context, args []string) error {
	if len(args) < 2 {
		return errUsage("person NAME ROLE[@register/id] …")
	}
	name := act.Person(args[0])
	p.mandate[name] = append(p.mandate[name], args[1:]...)
	return nil
}

// who is somebody as they may act today.
func (p *Player) who(ctx context.Context, name act.Person) (method.Actor, error) {
	if len(p.mandate) == 0 || p.mandate[name] == nil {
		if raw, ok := p.files["people.yaml"]; ok && !p.in["people.yaml"] {
			p.in["people.yaml"] = true
			if err := p.declare("people.yaml", raw); err != nil {
				return method.Actor{}, err
			}
		}
	}
	mandates, known := p.mandate[name]
	if !known {
		return method.Actor{}, fmt.Errorf("nobody is called %s: declare them with person", name)
	}
	for _, given := range mandates {
		if id := string(name) + " " + given; !p.in[id] {
			if err := p.admit(ctx, name, given); err != nil {
				return method.Actor{}, err
			}
			p.in[id] = true
		}
	}
	return p.House.Actor(ctx, name)
}

func (p *Player) admit(ctx context.Context, name act.Person, given string) error {
	role, place, scoped := strings.Cut(given, "@")
	if !p.House.Charter.HasRole(role) {
		return fmt.Errorf("the charter has no role %q", role)
	}
	m := people.Mandate{Role: role, Starts: calendar.DateOf(p.House.Clock.Now())}
	if scoped {
		var ok bool
		if m.Scope, ok = register.ParseRowID(place); !ok {
			return fmt.Errorf("%q is no row: write register/id", place)
		}
	}
	err := p.House.Admit(ctx, scenarioClerk, people.Account{Person: name, Name: string(name)}, "", m)
	if err != nil {
		return fmt.Errorf("%s as %s: %w", name, given, err)
	}
	return nil
}

// row writes one row of a register, as it holds from today on.
func (p *Player) row(ctx context.Context, args []string) error {
	const how = "row register/id [in register/id] key=value …"
	if len(args) == 0 {
		return errUsage(how)
	}
	id, ok := register.ParseRowID(args[0])
	schema, known := p.House.Charter.Registers.Get(id.Register)
	if !ok || !known {
		return errUsage(how)
	}
	e := register.Entry{ID: id}
	args = args[1:]
	if len(args) > 1 && args[0] == "in" {
		if e.Parent, ok = register.ParseRowID(args[1]); !ok {
			return errUsage(how)
		}
		args = args[2:]
	}
	given := map[string]string{}
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if !ok {
			return errUsage(how)
		}
		given[key] = value
	}
	on := calendar.DateOf(p.House.Clock.Now())
	values, bad := schema.Parse(given, on)
	if len(bad) > 0 {
		return fmt.Errorf("%s of %s: %s", bad[0].Name, id, bad[0].Code)
	}
	e.Values = values
	p.sent++
	_, err := p.House.Change(ctx, scenarioClerk, fmt.Sprintf("change-%04d", p.sent), schema.Key, book.Set{On: on, Entries: []register.Entry{e}})
	return err
}

// actAs says who acts: from here on, or for the one command that follows on the line.
func (p *Player) actAs(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage("as NAME [command]")
	}
	before := p.as
	p.as = act.Person(args[0])
	if len(args) == 1 {
		_, err := p.who(ctx, p.as)
		return err
	}
	defer func() { p.as = before }()
	if !slices.Contains([]string{"begin", "submit", "again"}, args[1]) {
		return fmt.Errorf("%q is nothing that somebody does", args[1])
	}
	return commands()[args[1]](p, ctx, args[2:])
}
