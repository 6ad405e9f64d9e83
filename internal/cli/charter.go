package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// inForce stands for the version that a house has installed, where a folder could be named.
const inForce = "installed"

// charterCommand compares two versions of a charter, and has an open matter go on under the one in force.
func charterCommand(c *call) int {
	flags := flag.NewFlagSet("charter", flag.ContinueOnError)
	var at place
	at.flags(flags)
	asJSON := flags.Bool("json", false, "")
	decision := flags.String("decision", "", "")
	words, fine := c.parse(flags)
	switch {
	case !fine:
		return unusable
	case len(words) == 3 && words[0] == "diff":
		return c.diff(&at, words[1], words[2], *asJSON)
	case len(words) == 2 && words[0] == "move":
		return c.move(&at, words[1], *decision)
	}
	return c.refuse(text.Key("cli.argument", "Why", "gongzhi charter "+c.say(text.Key("cli.charter.args"))))
}

// difference is what diff prints, and with --json its form.
type difference struct {
	Changes []charter.Change `json:"changes"`
	Methods []string         `json:"methods"` // those that a matter would follow otherwise
	Open    []openMatter     `json:"open"`    // matters of these methods that go by another version than the newer one
}

type openMatter struct {
	Matter  int64      `json:"matter"`
	Method  string     `json:"method"`
	Step    string     `json:"step"`
	Charter act.Digest `json:"charter"`
}

// diff lists what changes between two versions and, where a house is named, which open matters that would touch. It gives
// 1 where there is a difference, as diff does.
func (c *call) diff(at *place, before, after string, asJSON bool) int {
	var h *house.House
	if at.data != "" || at.database != "" || before == inForce || after == inForce {
		opened, err := at.open(context.Background(), slog.New(slog.DiscardHandler))
		if err != nil {
			return c.failed("", err)
		}
		defer func() { _ = opened.Close() }() // it was only read
		h = opened
	}
	var sides [2]fs.FS
	for i, word := range []string{before, after} {
		if sides[i] = os.DirFS(word); word == inForce {
			sides[i] = h.Desk.Charter().Files
		}
	}
	between, err := charter.Compare(sides[0], sides[1])
	if err != nil {
		return c.failed(before+", "+after, err)
	}
	out := difference{Changes: between.Changes, Methods: between.Methods, Open: []openMatter{}}
	if h != nil {
		newer, err := charter.Digest(sides[1])
		if err == nil {
			out.Open, err = touched(h, between.Methods, newer)
		}
		if err != nil {
			return c.failed(after, err)
		}
	}
	if asJSON {
		if err := c.json(out); err != nil {
			return c.failed(after, err)
		}
	} else {
		c.printDiff(out)
	}
	if len(out.Changes) > 0 {
		return no
	}
	return ok
}

func (c *call) printDiff(d difference) {
	for _, x := range d.Changes {
		fmt.Fprintf(c.out, "%s:%d\n", x.Where(), max(x.NowLine, x.WasLine))
		if x.WasLine > 0 {
			fmt.Fprintf(c.out, "  - %s\n", x.Before)
		}
		if x.NowLine > 0 {
			fmt.Fprintf(c.out, "  + %s\n", x.After)
		}
	}
	if len(d.Changes) == 0 {
		fmt.Fprintln(c.out, c.say(text.Key("cli.charter.same")))
		return
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.charter.methods", "Methods", strings.Join(d.Methods, ", "))))
	for _, m := range d.Open {
		fmt.Fprintf(c.out, "  %d %s %s %s\n", m.Matter, m.Method, m.Step, m.Charter[:12])
	}
	if len(d.Open) > 0 {
		fmt.Fprintln(c.out, c.say(text.Key("cli.charter.open", "N", len(d.Open))))
	}
}

// touched lists the open matters of some methods that go by another version.
func touched(h *house.House, methods []string, newer act.Digest) ([]openMatter, error) {
	out := []openMatter{}
	for _, key := range methods {
		f := docket.Filter{Method: key, Limit: 500}
		for {
			page, err := h.Docket.List(context.Background(), h.Store.Read(), f)
			if err != nil {
				return nil, err
			}
			for _, m := range page {
				if m.Step != "" && act.Digest(m.Charter) != newer {
					out = append(out, openMatter{m.Number, m.Method, m.Step, act.Digest(m.Charter)})
				}
				f.Before = m.Number
			}
			if len(page) < f.Limit {
				break
			}
		}
	}
	slices.SortFunc(out, func(a, b openMatter) int { return int(a.Matter - b.Matter) })
	return out, nil
}

// move has a matter go on under the version in force, by whoever sits at the machine.
func (c *call) move(at *place, matter, decision string) int {
	n, err := strconv.ParseInt(matter, 10, 64)
	if err != nil {
		return c.refuse(text.Key("matter.unknown", "Matter", matter))
	}
	ctx := context.Background()
	h, err := at.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return c.failed("", err)
	}
	err = h.Desk.Move(ctx, act.By{Role: act.HouseItself}, act.Matter(n), decision)
	var row docket.Matter
	if err == nil {
		err = h.Store.View(ctx, func(ctx context.Context, q store.Q) (err error) {
			row, _, err = h.Docket.Find(ctx, q, act.Matter(n))
			return err
		})
	}
	if err := errors.Join(err, h.Close()); err != nil {
		c.failed("", err)
		return no
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.charter.moved", "Matter", n, "Step", row.Step, "Charter", row.Charter[:12])))
	return ok
}
