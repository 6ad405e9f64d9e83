package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/store"
)

const expectForms = `expect [no] matter N at STEP | matter N closed RESULT | fact N STEP.NAME VALUE | due N INSTANT | work ROLE N VERB [ITEM] [by INSTANT] | ask NAME N VERB [ITEM]`

// expect compares. Each form gives whether it is so, and what is instead.
func (p *Player) expect(ctx context.Context, args []string) error {
	want := true
	if len(args) > 0 && args[0] == "no" {
		want, args = false, args[1:]
	}
	if len(args) < 3 {
		return errUsage(expectForms)
	}
	place := 1
	if args[0] == "work" || args[0] == "ask" {
		place = 2
	}
	n, err := strconv.ParseInt(args[place], 10, 64)
	if err != nil {
		return errUsage(expectForms)
	}
	number, is, instead := act.Matter(n), false, ""
	err = p.House.Desk.Read(ctx, number, func(ctx context.Context, q store.Q, s desk.Standing) error {
		switch {
		case args[0] == "matter" && len(args) == 4 && args[2] == "at":
			is, instead = s.Run.Step == args[3], stands(s)
		case args[0] == "matter" && len(args) == 4 && args[2] == "closed":
			is, instead = s.Run.Closed && s.Run.Result == args[3], stands(s)
		case args[0] == "fact" && len(args) >= 4:
			is, instead = fact(s, args[2], strings.Join(args[3:], " "))
		case args[0] == "due":
			is, instead, err = due(s, strings.Join(args[2:], " "))
			return err
		case args[0] == "work" && len(args) >= 4:
			is, instead, err = p.work(ctx, q, number, args[1], args[3:])
			return err
		case args[0] == "ask" && len(args) >= 4:
			who, err := p.who(ctx, act.Person(args[1]))
			if err != nil {
				return err
			}
			var list []string
			for _, a := range s.For(who) {
				list = append(list, strings.TrimSpace(a.Verb+" "+a.Item))
				is = is || a.Verb == args[3] && (len(args) < 5 || a.Item == args[4])
			}
			instead = args[1] + " may " + said(list)
		default:
			return errUsage(expectForms)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if is != want {
		return errors.New(instead)
	}
	return nil
}

func said(list []string) string {
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, ", ")
}

func stands(s desk.Standing) string {
	if s.Run.Closed {
		return fmt.Sprintf("matter %d is closed: %s (it went %s)", s.Row.Number, s.Run.Result, strings.Join(s.Run.Path, ", "))
	}
	return fmt.Sprintf("matter %d is at %s (it went %s)", s.Row.Number, s.Run.Step, strings.Join(s.Run.Path, ", "))
}

func fact(s desk.Standing, name, want string) (bool, string) {
	key, field, _ := strings.Cut(name, ".")
	facts := s.Run.Matter.Facts
	if key != "matter" {
		result, ended := s.Run.Results[key]
		if !ended {
			return false, key + " has not ended yet"
		}
		if field == "outcome" {
			return result.Outcome == want, key + " ended as " + result.Outcome
		}
		facts = result.Facts
	}
	v, ok := facts[field]
	if !ok {
		return false, fmt.Sprintf("%s tells nothing of %s; it tells %v", key, field, facts)
	}
	return fmt.Sprint(v) == want, fmt.Sprintf("%s is %v", name, v)
}

func due(s desk.Standing, want string) (bool, string, error) {
	if s.Row.Due == 0 {
		return false, "time alone never moves it", nil
	}
	at, err := calendar.ParseInstant(want)
	if err != nil {
		return false, "", errUsage("expect due N 2026-03-10 00:00")
	}
	got := time.UnixMicro(s.Row.Due)
	return got.Equal(at), "it is due at " + got.In(calendar.Zone).Format(time.DateTime), nil
}

// work compares what is owed: VERB [ITEM], and until when where "by" says so.
func (p *Player) work(ctx context.Context, q store.Q, number act.Matter, role string, what []string) (bool, string, error) {
	by := docket.Never
	if i := slices.Index(what, "by"); i > 0 {
		at, err := calendar.ParseInstant(strings.Join(what[i+1:], " "))
		if err != nil {
			return false, "", errUsage("expect work ROLE N VERB by 2026-03-10 00:00")
		}
		what, by = what[:i], at.UnixMicro()
	}
	list, err := p.House.Docket.WorkOf(ctx, q, number)
	is := false
	var all []string
	for _, w := range list {
		one := strings.TrimSpace(w.Role + " " + w.Verb + " " + w.Item)
		if w.Due != docket.Never {
			one += " by " + time.UnixMicro(w.Due).In(calendar.Zone).Format(time.DateTime)
		}
		all = append(all, one)
		is = is || w.Role == role && w.Verb == what[0] && (len(what) < 2 || w.Item == what[1]) && (by == docket.Never || w.Due == by)
	}
	return is, "owed is " + said(all), err
}

// restart throws the docket away and folds it again, and opens the house anew where its data would outlive it.
func (p *Player) restart(ctx context.Context, _ []string) error {
	before, err := Dump(ctx, p.House)
	if err != nil {
		return err
	}
	if p.cfg.Dir != "" {
		if err := p.House.Close(); err != nil {
			return err
		}
		if err := p.open(ctx); err != nil {
			return err
		}
	}
	if _, err := p.House.Desk.Refold(ctx); err != nil {
		return err
	}
	after, err := Dump(ctx, p.House)
	if err != nil {
		return err
	}
	if before != after {
		return fmt.Errorf("the docket differs after it was folded again:\n%s\nit was:\n%s", after, before)
	}
	return nil
}

// Dump is every row of the docket in a fixed order, to compare two of them by the byte.
func Dump(ctx context.Context, h *house.House) (string, error) {
	var b strings.Builder
	err := h.Store.View(ctx, func(ctx context.Context, q store.Q) error {
		for _, method := range h.Desk.Charter().MethodKeys() {
			for _, a := range []docket.Shown{{Open: true}, {Ended: true}} {
				a.Method, a.In = method, docket.Everywhere
				cells, err := h.Docket.Cells(ctx, q, a, docket.Sizes[0])
				if err != nil {
					return err
				}
				for _, c := range cells {
					fmt.Fprintf(&b, "%s %+v\n", method, c)
				}
			}
		}
		for before := int64(0); ; {
			list, err := h.Docket.List(ctx, q, docket.Filter{Before: before, Limit: 500})
			if err != nil || len(list) == 0 {
				return err
			}
			for _, m := range list {
				fmt.Fprintf(&b, "%+v\n", m)
				work, err := h.Docket.WorkOf(ctx, q, act.Matter(m.Number))
				if err != nil {
					return err
				}
				for _, w := range work {
					fmt.Fprintf(&b, "  %+v\n", w)
				}
				lists, err := h.Docket.PublicationsOf(ctx, q, act.Matter(m.Number))
				if err != nil {
					return err
				}
				for _, p := range lists {
					fmt.Fprintf(&b, "  %+v\n", p)
				}
				before = m.Number
			}
			if before == 1 {
				return nil
			}
		}
	})
	return b.String(), err
}

// verify walks every chain, and recomputes the root of every change of the registers.
func (p *Player) verify(ctx context.Context, _ []string) error { return p.House.Verify(ctx) }
