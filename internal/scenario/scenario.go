// Package scenario plays a day in the neighbourhood from a file.
//
// In: a charter and a script that the official who knows the rule can read: who does what at which hour, and where the
// matter then stands. Out: nil when everything came out as written, or the first line where it did not. It plays in
// the whole house, with a clock moved by the script, and keeps nothing. The same commands, typed one by one, are what
// "gongzhi try" is.
//
//	at 2026-03-02 16:00                    the hour in Beijing; what fell due by then happens first, in order
//	person li owner@part/p101 resident     somebody and their mandates; also people.yaml, in the file or beside it
//	row part/p101 in compound/c1 room=101  a row of a register
//	as li                                  who acts from here on; before a command: for that command only
//	begin METHOD register/id [answers]     starts a matter; matters are numbered from 1
//	submit N [STEP.]VERB [ITEM] [answers]  answers are key=value, or a YAML file below the script
//	submit N beside.KEY [answers]          what may be said beside the steps
//	again                                  sends the last submission once more: the answer must be the same
//	expect matter N at STEP                where it stands; "expect no …" for what must not be
//	expect matter N closed RESULT
//	expect fact N STEP.NAME VALUE          what an ending told; "matter.NAME" for what was said at the start
//	expect due N 2026-03-10 00:00          when time alone moves it
//	expect work ROLE N VERB [ITEM]         what is owed; with "by 2026-03-10 00:00", until when
//	expect ask NAME N VERB [ITEM]          what somebody may do
//	! command                              must be refused
//	stderr CODE                            with this code, or a field of it with this code
//	restart                                throws the docket away and folds it again: not a byte may differ
//	verify                                 every chain and every change of the registers
//	show N                                 prints where it stands
package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"golang.org/x/tools/txtar"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/text"
	"gongzhi/internal/timekeeper"
)

// Config says what to play in.
type Config struct {
	Charter fs.FS     // required
	Out     io.Writer // what show prints; default discards
	Lang    text.Lang // of what it prints; default Chinese
	Dir     string    // data to play on; empty keeps nothing
	URL     string    // database; default as package house
	Start   time.Time // the hour at the beginning; default 2026-01-01 00:00 in Beijing, until the script says "at"
}

// Run plays one script to its end. name stands in the error, with the line.
func Run(ctx context.Context, charter fs.FS, name string, script []byte, out io.Writer) error {
	return Config{Charter: charter, Out: out}.Play(ctx, name, script)
}

// File plays one of a charter's own scenarios.
func File(ctx context.Context, charter fs.FS, name string) error {
	script, err := fs.ReadFile(charter, name)
	if err != nil {
		return fmt.Errorf("scenario: %w", err)
	}
	return Run(ctx, charter, name, script, nil)
}

// Play plays one script to its end.
func (c Config) Play(ctx context.Context, name string, script []byte) (err error) {
	p, err := New(ctx, c)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	for i, line := range p.Load(script) {
		if err := p.Do(ctx, line); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", name, i+1, strings.TrimSpace(line), err)
		}
	}
	return nil
}

// Player is a house with a script going on in it. One goroutine uses it.
type Player struct {
	House *house.House
	Clock *clock.Manual
	Last  act.Matter // the matter that was begun or submitted to last; 0 before

	cfg     Config
	keeper  *timekeeper.Keeper
	files   map[string][]byte
	mandate map[act.Person][]string // declared, by name
	in      map[string]bool         // "name role@place" that was given already
	as      act.Person
	sent    int // submissions so far
	last    func(context.Context) error
	refused *fault.Refusal // by the command before this
}

// New opens a house to play in.
func New(ctx context.Context, c Config) (*Player, error) {
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Lang == "" {
		c.Lang = text.ZH
	}
	if c.Start.IsZero() {
		c.Start = calendar.MustDate("2026-01-01").Start()
	}
	p := &Player{
		cfg: c, Clock: clock.NewManual(c.Start), files: map[string][]byte{}, mandate: map[act.Person][]string{}, in: map[string]bool{},
	}
	for _, name := range []string{"scenarios/people.yaml"} {
		if raw, err := fs.ReadFile(c.Charter, name); err == nil {
			if err := p.declare(name, raw); err != nil {
				return nil, err
			}
		}
	}
	return p, p.open(ctx)
}

func (p *Player) open(ctx context.Context) error {
	h, err := house.Open(ctx, house.Config{Charter: p.cfg.Charter, Dir: p.cfg.Dir, URL: p.cfg.URL, Clock: p.Clock})
	if err != nil {
		return err
	}
	p.House = h
	p.keeper = timekeeper.New(timekeeper.Config{Desk: h.Desk, Docket: h.Docket, Store: h.Store, Clock: h.Clock})
	return nil
}

// Close closes the house.
func (p *Player) Close() error { return p.House.Close() }

// Load makes the files below a script known, as Play does, and gives its lines.
func (p *Player) Load(script []byte) []string {
	archive := txtar.Parse(script)
	for _, f := range archive.Files {
		p.files[f.Name] = f.Data
	}
	return strings.Split(string(archive.Comment), "\n")
}

// command is one word of the script.
type command func(p *Player, ctx context.Context, args []string) error

func commands() map[string]command {
	return map[string]command{
		"at": (*Player).at, "person": (*Player).person, "row": (*Player).row, "as": (*Player).actAs, "begin": (*Player).begin,
		"submit": (*Player).submit, "again": (*Player).again, "expect": (*Player).expect, "stderr": (*Player).stderr,
		"restart": (*Player).restart, "verify": (*Player).verify, "show": (*Player).show,
	}
}

// errUsage is for a line that cannot be understood; it is never a refusal.
func errUsage(how string) error { return fmt.Errorf("write it as: %s", how) }

// Help is how the commands are written, for whoever types them.
const Help = `at 2026-03-02 16:00
person NAME ROLE[@register/id] …
row register/id [in register/id] key=value …
as NAME [command]
begin METHOD register/id [key=value …]
submit N VERB [ITEM] [key=value …]
again
show N
` + expectForms + `
! command
stderr CODE
restart
verify
`

// Do plays one line. An empty line and a remark do nothing.
func (p *Player) Do(ctx context.Context, line string) error {
	words, err := split(line)
	if err != nil || len(words) == 0 {
		return err
	}
	want := words[0] == "!"
	if want {
		if words = words[1:]; len(words) == 0 {
			return errUsage("! command")
		}
	}
	do, known := commands()[words[0]]
	if !known {
		return fmt.Errorf("there is no command %q", words[0])
	}
	if words[0] == "stderr" && !want {
		return do(p, ctx, words[1:])
	}
	err = do(p, ctx, words[1:])
	refused, is := fault.As(err)
	p.refused = refused
	switch {
	case err != nil && !is:
		return err
	case is && !want:
		return fmt.Errorf("refused: %s: %w", p.House.Charter.Texts.Say(p.cfg.Lang, text.Words{Key: refused.Code, Args: refused.Args}), err)
	case want && !is:
		return errors.New("it was accepted, but should have been refused")
	}
	return nil
}

// split cuts a line into words. "double quotes" keep blanks together; # begins a remark.
func split(line string) ([]string, error) {
	var words []string
	var b strings.Builder
	in, quoted := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, in = !quoted, true
		case quoted:
			b.WriteRune(r)
		case r == '#' && !in:
			return words, nil
		case r == ' ' || r == '\t' || r == '\r' || r == '　':
			if in {
				words = append(words, b.String())
				b.Reset()
				in = false
			}
		default:
			b.WriteRune(r)
			in = true
		}
	}
	if quoted {
		return nil, errors.New("a quotation mark is not closed")
	}
	if in {
		words = append(words, b.String())
	}
	return words, nil
}

// at moves the clock and lets everything fall that was due by then.
func (p *Player) at(ctx context.Context, args []string) error {
	at, err := calendar.ParseInstant(strings.Join(args, " "))
	if err != nil {
		return errUsage("at 2026-03-02 16:00")
	}
	if now := p.Clock.Now(); at.Before(now) {
		return fmt.Errorf("it is %s already; time does not go back", now.In(calendar.Zone).Format(time.DateTime))
	}
	p.Clock.Set(at)
	return p.keep(ctx)
}

// keep lets time pass as the timekeeper would. What the timekeeper would log and try again is an error here.
func (p *Player) keep(ctx context.Context) error {
	if _, err := p.keeper.CatchUp(ctx); err != nil {
		return err
	}
	due, err := p.House.Docket.DueBy(ctx, p.House.Store.Read(), p.House.Clock.Now().UnixMicro(), 1)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		return nil
	}
	number, at := act.Matter(due[0].Matter), time.UnixMicro(due[0].At)
	return errors.Join(fmt.Errorf("matter %d was due at %s and could not be moved", number, at.In(calendar.Zone)), p.House.Desk.Tick(ctx, number, at))
}

func (p *Player) stderr(_ context.Context, args []string) error {
	if len(args) != 1 {
		return errUsage("stderr CODE")
	}
	if p.refused == nil {
		return errors.New("nothing was refused before this")
	}
	if p.refused.Code == args[0] {
		return nil
	}
	for _, f := range p.refused.Fields {
		if f.Code == args[0] {
			return nil
		}
	}
	return fmt.Errorf("the refusal was %v", p.refused)
}

// file finds a file below the script.
func (p *Player) file(name string) ([]byte, error) {
	raw, ok := p.files[path.Clean(name)]
	if !ok {
		return nil, fmt.Errorf("there is no file %s below the script", name)
	}
	return raw, nil
}
