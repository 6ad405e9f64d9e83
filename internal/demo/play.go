package demo

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/people"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
)

// told is one story while it is played.
type told struct {
	story
	name    string // of the story and its place: part of every submission's id
	subject act.RowID
	begun   calendar.Date
	matter  act.Matter
	inTurn  int // how often the last line that was told in turn was told
}

// line is one line of a story with the instant it happens at.
type line struct {
	of    *told
	at    time.Time
	n     int // in the file
	words []string
}

// beside tells whether two lines are the same thing done at the same instant of the same story, to several packages or
// by several people: then their order tells nothing, and they can share a transaction.
func (l line) beside(first line) bool {
	return l.of == first.of && l.at.Equal(first.at) && l.words[1] == first.words[1] && !l.several() && !first.several()
}

func (l line) several() bool { return l.words[0] == "each" || l.words[0] == "inturn" }

// play tells all stories side by side, in the order of their instants, up to now.
func (f *filler) play(ctx context.Context) error {
	var all []line
	until := f.clock.then.Now().Add(-time.Minute)
	for n, s := range f.cast.Stories {
		t := &told{story: s, begun: f.today.Add(-s.DaysAgo)}
		if s.Monday {
			t.begun = t.begun.Add(-(int(t.begun.Weekday()) + 6) % 7)
		}
		place, id, _ := strings.Cut(s.On, "/")
		if id == "" {
			id = f.cast.Community
		}
		t.subject, t.name = row(place, id), fmt.Sprintf("%s-%s-%d", s.Play, id, n) // several of one story may be told at one place
		lines, err := f.lines(t)
		if err != nil {
			return err
		}
		all = append(all, lines...)
	}
	slices.SortStableFunc(all, func(a, b line) int { return a.at.Compare(b.at) })
	for len(all) > 0 && !all[0].at.After(until) {
		n := 1
		for n < len(all) && all[n].beside(all[0]) {
			n++
		}
		f.clock.set(all[0].at)
		if _, err := f.keeper.CatchUp(ctx); err != nil {
			return err
		}
		err := together(all[:n], func(l line) error {
			if err := f.tell(ctx, l); err != nil {
				return fmt.Errorf("stories/%s.txt:%d: %s: %w", l.of.Play, l.n, l.of.subject, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		all = all[n:]
	}
	f.clock.set(until)
	_, err := f.keeper.CatchUp(ctx)
	return err
}

func (f *filler) lines(t *told) ([]line, error) {
	raw, err := fs.ReadFile(files, "stories/"+t.Play+".txt")
	if err != nil {
		return nil, err
	}
	var out []line
	at := t.begun.Start()
	for i, s := range strings.Split(string(raw), "\n") {
		words := split(s)
		if len(words) == 0 {
			continue
		}
		if words[0] != "day" {
			out = append(out, line{t, at, i + 1, words})
			continue
		}
		day, err := strconv.Atoi(words[1])
		if err != nil {
			return nil, fmt.Errorf("stories/%s.txt:%d: %w", t.Play, i+1, err)
		}
		if t.Until > 0 && day > t.Until {
			break
		}
		if at, err = calendar.ParseInstant(t.begun.Add(day).String() + " " + words[2]); err != nil {
			return nil, fmt.Errorf("stories/%s.txt:%d: %w", t.Play, i+1, err)
		}
	}
	return out, nil
}

// split cuts a line at blanks; "double quotes" and {braces} keep blanks together, # begins a remark.
func split(s string) (words []string) {
	var b strings.Builder
	in, quoted, braced := false, false, false
	for _, r := range s + " " {
		switch {
		case r == '"':
			in, quoted = true, !quoted
		case r == '#' && !in:
			return words
		case r == ' ' && !quoted && !braced:
			if in {
				words = append(words, b.String())
			}
			b.Reset()
			in = false
		default:
			b.WriteRune(r)
			in, braced = true, r == '{' || braced && r != '}'
		}
	}
	return words
}

// tell does one line: somebody does something once, or for a part of the compound's flats.
func (f *filler) tell(ctx context.Context, l line) error {
	if !l.several() {
		return f.do(ctx, l, act.RowID{}, 0, l.words)
	}
	flats := f.parts[l.of.subject.ID]
	from, errFrom := strconv.Atoi(l.words[1])
	to, errTo := strconv.Atoi(l.words[2])
	if errFrom != nil || errTo != nil {
		return fmt.Errorf("want %s FROM TO in hundredths", l.words[0])
	}
	type flat struct {
		id act.RowID
		n  int
	}
	var some []flat
	for i := len(flats) * from / 100; i < len(flats)*to/100; i++ {
		if votes := f.own(l.words[3]) || l.words[0] == "inturn"; !votes || f.owners[flats[i]] != "" {
			some = append(some, flat{flats[i], len(some) + 1})
		}
	}
	do := func(x flat) error { return f.do(ctx, l, x.id, x.n, l.words[3:]) }
	if l.words[0] == "each" {
		return together(some, do)
	}
	l.of.inTurn = len(some)
	for _, x := range some {
		if err := do(x); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) own(login string) bool { return f.Charter.Roles[f.roles[login]].Own }

// lives is who somebody in a flat is: its owner on the roll, who alone may vote for it, or anyone else.
func (f *filler) lives(role string, flat act.RowID, other act.Person) act.Person {
	if owner, known := f.owners[flat]; known && role == "owner" {
		return owner
	}
	return other
}

// begun is the matter that the clock began on the day of a line, for a row that says how often.
func (f *filler) begun(ctx context.Context, l line, key string, plan act.RowID) (act.Matter, error) {
	m, ok := f.Charter.Method(key)
	if !ok || m.Start.Routine == nil {
		return 0, fmt.Errorf("the clock begins no %s", key)
	}
	got, ok, err := f.Ledger.Submission(ctx, f.Store.Read(), m.RoutineID(plan, calendar.DateOf(l.at)))
	if err == nil && !ok {
		err = fmt.Errorf("the clock began no %s for %s", key, plan)
	}
	return got.Matter, err
}

// do is one submission: WHO VERB [ITEM] key=value …, or WHO begin METHOD key=value …; WHO planned METHOD REGISTER/ROW goes on
// with what the clock began that day.
func (f *filler) do(ctx context.Context, l line, flat act.RowID, n int, words []string) error {
	login := f.put(l, flat, n, words[0])
	if words[1] == "planned" {
		plan, ok := register.ParseRowID(f.put(l, flat, n, words[3]))
		if !ok {
			return fmt.Errorf("%s is no row", words[3])
		}
		var err error
		l.of.matter, err = f.begun(ctx, l, words[2], plan)
		return err
	}
	person := someone(login)
	if f.own(login) && !flat.IsZero() { // everybody in the compound has an account of their own, without a password
		role := f.roles[login]
		person = f.lives(role, flat, someone(role+"-"+flat.ID))
		if _, in := f.in.Load(flat.ID + role); !in {
			m := people.Mandate{Role: role, Scope: flat, Starts: f.now()}
			if err := f.Admit(ctx, byHouse, people.Account{Person: person, Login: string(person), Name: f.cast.Owner}, "", m); err != nil {
				return err
			}
			f.in.Store(flat.ID+role, true)
		}
	}
	who, err := f.Actor(ctx, person)
	if err != nil {
		return err
	}
	s := step.Submission{
		ID: fmt.Sprintf("demo-%s-%d-%d", l.of.name, l.n, n), Verb: words[1], Channel: "web", Values: map[string][]string{}, Files: map[string][]step.File{},
	}
	key := ""
	for _, w := range words[2:] {
		w = f.put(l, flat, n, w)
		name, value, answer := strings.Cut(w, "=")
		switch file, is := strings.CutPrefix(value, "file:"); {
		case !answer && s.Verb == "begin":
			key = w
		case !answer:
			s.Item = w
		case is:
			scan := f.scan
			scan.Name = file
			s.Files[name] = append(s.Files[name], scan)
		default:
			s.Values[name] = append(s.Values[name], value)
		}
	}
	if s.Verb != "begin" {
		_, err = f.Desk.Submit(ctx, who, l.of.matter, s)
		return err
	}
	s.Verb = ""
	r, err := f.Desk.Begin(ctx, who, key, l.of.subject, s)
	l.of.matter = r.Matter
	return err
}

var marks = regexp.MustCompile(`\{(part|n|turns|who|say|spot|day|date)([+-][0-9]+)?( [0-9a-z:]+)?\}`)

// put puts in what a story leaves open: {part} and {n} of a flat, {turns} of the line before that was told in turn, {who head}
// for the person behind a name, {say key} and {spot} for what the telling has of its own, {day+4 15:00} and {date+365} counted from the day of the line.
func (f *filler) put(l line, flat act.RowID, n int, word string) string {
	return marks.ReplaceAllStringFunc(word, func(mark string) string {
		m := marks.FindStringSubmatch(mark)
		days, _ := strconv.Atoi(m[2])
		date := calendar.DateOf(l.at).Add(days).String()
		switch m[1] {
		case "part":
			return flat.ID
		case "n":
			return strconv.Itoa(n)
		case "turns":
			return strconv.Itoa(l.of.inTurn)
		case "who":
			return string(someone(strings.TrimSpace(m[3])))
		case "say":
			return l.of.Say[strings.TrimSpace(m[3])]
		case "spot":
			at := on(l.of.Spot[0], l.of.Spot[1])
			return step.Point{Lon: int64(at.Lon) / 10, Lat: int64(at.Lat) / 10}.String()
		case "day":
			return date + "T" + strings.TrimSpace(m[3])
		default:
			return date
		}
	})
}
