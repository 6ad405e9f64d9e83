// Package demo opens a house with made-up people and places, for trying.
//
// In: where to open it. Out: the house, with compounds, one sign-in for each role and matters that are at every stage,
// all of it visibly fictitious and marked 演示数据. Everything went through the desk, at instants of the last months: the
// stories in stories/ are played up to today, so nothing here could not have happened. A house that was filled before
// is opened as it is. It never touches a house that has matters of its own.
package demo

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/timekeeper"
)

//go:embed demo.yaml stories/*.txt
var files embed.FS

// SignIn is a made-up person's way in; its password is made at the first start.
type SignIn struct {
	Login, Password string
	Role            text.Text
}

// Result is what a newcomer needs to look around.
type Result struct{ SignIns []SignIn }

// cast is demo.yaml.
type cast struct {
	Communities []community
	Community   string
	Compounds   []compound
	Building    string
	Staircases  int
	Storeys     int
	Area        string
	Owner       string
	Sections    []section
	Points      []struct{ ID, Name string } // of the first section
	Plans       []patrolPlan                // of the first section
	Cleaning    []struct{ ID, Name, Seats string }
	Called      string
	People      []person
	Stories     []story
	Network     network
}

type community struct{ ID, Name string }

type compound struct {
	ID, Name, Address string
	YearBuilt         string `yaml:"year_built"`
	Households        string
	Buildings         string
	Community         string // empty: that of the demo
	Roster            bool   // its rooms come from a roster as a community keeps it
}

// patrolPlan is how often a chief of a level goes round, from and until how many days before and after the filling.
type patrolPlan struct {
	ID, Level, Rhythm string
	Since             int
	Until             int // 0 goes on without an end
}

type person struct {
	Login, Role string
	Shown       bool // on the list of sign-ins
}

type story struct {
	Play    string
	On      string
	DaysAgo int               `yaml:"days_ago"`
	Until   int               // last day that is played; 0 plays up to today
	Spot    []float64         // metres east and south of the corner of the ground, where the story says {spot}
	Say     map[string]string // what one telling of a story has of its own, where it says {say key}
	Monday  bool              // it begins on the Monday of that week
}

// filler is a house while it is filled.
type filler struct {
	*house.House
	cast   cast
	clock  *stepped
	today  calendar.Date // the day the filling began
	roles  map[string]string
	parts  map[string][]act.RowID   // of each compound, in the order of the register
	owners map[act.RowID]act.Person // of flats that are sold: the owner on the roll, or the first of several
	in     sync.Map                 // households that were let in
	scan   step.File
	keeper *timekeeper.Keeper
}

// Open opens a house and fills it, unless that was done before. cfg.Clock is the clock it goes on with; while it is
// filled its clock is moved by hand. A filling that was broken off is finished by the next Open.
func Open(ctx context.Context, cfg house.Config) (*house.House, *Result, error) {
	if cfg.Clock == nil {
		cfg.Clock = clock.System
	}
	list, err := readList(cfg.Dir)
	if err != nil {
		return nil, nil, err
	}
	if list.Begun.IsZero() {
		list.Begun = calendar.DateOf(cfg.Clock.Now())
	}
	f := &filler{today: list.Begun, clock: &stepped{then: cfg.Clock}, roles: map[string]string{}, parts: map[string][]act.RowID{}, owners: map[act.RowID]act.Person{}}
	if err := f.read(); err != nil {
		return nil, nil, err
	}
	if !list.Filled {
		f.clock.set(f.today.Add(-f.longest() - 1).Start().Add(8 * time.Hour))
	}
	cfg.Clock = f.clock
	h, err := house.Open(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	f.House = h
	if !list.Filled {
		if err := f.fill(ctx, cfg.Dir, &list); err != nil {
			return nil, nil, errors.Join(err, h.Close())
		}
	}
	f.clock.release()
	return h, f.result(list), nil
}

func (f *filler) read() error {
	raw, err := files.ReadFile("demo.yaml")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	n, faults := source.Parse("demo.yaml", raw)
	if len(faults) == 0 {
		faults = n.Decode(&f.cast)
	}
	if len(faults) > 0 {
		return fmt.Errorf("demo: %s %s %s", faults[0].Place, faults[0].Code, faults[0].Detail)
	}
	for _, p := range f.cast.People {
		f.roles[p.Login] = p.Role
	}
	return nil
}

// longest is how long ago the first story began.
func (f *filler) longest() (days int) {
	for _, s := range f.cast.Stories {
		days = max(days, s.DaysAgo)
	}
	return days
}

func (f *filler) fill(ctx context.Context, dir string, list *signIns) error {
	own, err := f.Docket.List(ctx, f.Store.Read(), docket.Filter{Limit: 1})
	if err != nil {
		return err
	}
	if len(own) > 0 && len(list.Passwords) == 0 {
		return errors.New("demo: this house has matters of its own; give the demo a folder for itself")
	}
	f.keeper = timekeeper.New(timekeeper.Config{Desk: f.Desk, Docket: f.Docket, Store: f.Store, Clock: f.Clock, Log: f.Log})
	list.choose(f.cast.People)
	if err := list.write(dir); err != nil {
		return err
	}
	if f.scan, err = f.Files.Put(ctx, f.Store, "scan.png", bytes.NewReader(blank())); err != nil {
		return err
	}
	for _, do := range []func(context.Context) error{f.places, f.network, f.rooms, func(ctx context.Context) error { return f.admit(ctx, list) }, f.play} {
		if err := do(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	list.Filled = true
	return list.write(dir)
}

// result lists the sign-ins that a newcomer is shown, in the order of the file.
func (f *filler) result(list signIns) *Result {
	var out Result
	for _, p := range f.cast.People {
		if p.Shown {
			out.SignIns = append(out.SignIns, SignIn{p.Login, list.Passwords[p.Login], f.Charter.Roles[p.Role].Name})
		}
	}
	return &out
}

// someone is the opaque name of a made-up person.
func someone(login string) act.Person { return act.Person("demo-" + login) }

var byHouse = act.By{Role: act.HouseItself}

// account is what the house knows of a made-up person.
func (f *filler) account(login, name string) people.Account {
	return people.Account{Person: someone(login), Login: login, Name: name}
}
