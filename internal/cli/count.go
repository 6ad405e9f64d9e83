package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"gongzhi/internal/fault"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// count recounts an owners' vote from a rule file, a roll and the ballots, with nothing else: no database, no charter, no
// clock. What the files must hold and what it prints is in docs/count.md. It exits 0 whenever there is a count, whatever
// the result; where a file cannot be counted it says every fault of all of them and prints no count.
func count(c *call) int {
	var opts counting
	words, fine := c.parse(opts.flags())
	if !fine {
		return unusable
	}
	if missing := opts.missing(); len(words) > 0 || len(missing) > 0 {
		why := text.Key("cli.count.surplus", "Words", strings.Join(words, " "))
		if len(missing) > 0 {
			why = text.Key("cli.count.missing", "Flags", strings.Join(missing, " "))
		}
		return c.refuse(text.Key("cli.argument", "Why", c.say(why)+"\ngongzhi count "+c.say(text.Key("cli.count.args"))))
	}
	var closes time.Time
	if opts.closes != "" {
		var err error
		if closes, err = vote.ReadInstant(string(opts.closes)); err != nil || closes.IsZero() {
			return c.refuse(text.Key("cli.count.closes", "Value", string(opts.closes)))
		}
	}
	var channels []vote.Channel
	if opts.precedence != "" {
		for name := range strings.SplitSeq(string(opts.precedence), ",") {
			var ch vote.Channel
			if err := ch.UnmarshalText([]byte(name)); err != nil {
				return c.refuse(text.Key("cli.count.precedence", "Value", name))
			}
			channels = append(channels, ch)
		}
	}
	f := &countFiles{call: c}
	item := f.item(opts.rules)
	roll := readFile(f, opts.roll, func(r io.Reader) (vote.Roll, error) {
		return vote.ReadRoll(r, vote.RollOptions{CountSpecialSpaces: opts.spaces})
	})
	ballots := readFile(f, opts.ballots, vote.ReadBallots)
	if f.faults > 0 {
		return unusable
	}
	n, err := vote.Offline(item, channels, closes).Close(roll, ballots)
	if err != nil {
		return c.failed("", err)
	}
	out := bufio.NewWriter(c.out)
	if opts.json {
		r, _ := n.Report(vote.SoleItem)
		err = json.NewEncoder(out).Encode(r)
	} else {
		c.printCount(out, roll, n)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return c.failed("", err)
	}
	return ok
}

// counting is what the command was told.
type counting struct {
	rules                 list
	roll, ballots, closes once
	precedence            once // channels, strongest first
	spaces, json          bool
}

func (o *counting) flags() *flag.FlagSet {
	flags := flag.NewFlagSet("count", flag.ContinueOnError)
	flags.Var(&o.rules, "rule", "")
	flags.Var(&o.roll, "roll", "")
	flags.Var(&o.ballots, "ballots", "")
	flags.Var(&o.closes, "closes", "")
	flags.Var(&o.precedence, "precedence", "")
	flags.BoolVar(&o.spaces, "count-special-spaces", false, "")
	flags.BoolVar(&o.json, "json", false, "")
	return flags
}

// missing are the flags without which nothing can be counted.
func (o *counting) missing() (flags []string) {
	if len(o.rules) == 0 {
		flags = append(flags, "--rule")
	}
	if o.roll == "" {
		flags = append(flags, "--roll")
	}
	if o.ballots == "" {
		flags = append(flags, "--ballots")
	}
	return flags
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string { return strings.Join(*l, " ") }
func (l *list) Set(s string) error {
	*l = append(*l, s)
	return nil
}

var errTwice = errors.New("given twice")

// once is a flag that may not: of two files of ballots, counting the second alone would be a wrong count that looks
// like a right one.
type once string

func (o *once) String() string { return string(*o) }
func (o *once) Set(s string) error {
	if *o != "" {
		return errTwice
	}
	*o = once(s)
	return nil
}

// countFiles reads the files of a count and says on stderr what is wrong with each, a line a fault, in the way editors
// and compilers do.
type countFiles struct {
	*call
	faults int
}

func (f *countFiles) no(file string, line int, w text.Words) {
	f.faults++
	where := file
	if line > 0 {
		where = fmt.Sprintf("%s:%d", file, line)
	}
	fmt.Fprintf(f.err, "%s: %s\n", where, f.say(w))
}

// item is the question with its rules, each named FILE#key. Where there are several all have to be met, as for lifts.
func (f *countFiles) item(names list) vote.Item {
	var item vote.Item
	for i, name := range names {
		if r := f.rule(name); i == 0 {
			item.Rule = r
		} else {
			item.Also = append(item.Also, r)
		}
	}
	return item
}

func (f *countFiles) rule(name string) vote.Rule {
	file, key := name, ""
	if at := strings.LastIndex(name, "#"); at >= 0 {
		file, key = name[:at], name[at+1:]
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		f.no(file, 0, unreadable(err))
		return vote.Rule{}
	}
	if !utf8.Valid(raw) {
		f.no(file, 0, text.Key("vote.csv.encoding"))
		return vote.Rule{}
	}
	var p vote.Profile
	node, faults := source.Parse(file, raw)
	if len(faults) == 0 {
		p, faults = vote.ReadProfile(node)
	}
	for _, x := range faults {
		f.no(file, x.Place.Line, step.Finding{Code: x.Code, Args: text.Args{"Detail": x.Detail}}.Words())
	}
	if len(faults) > 0 {
		return vote.Rule{}
	}
	r, found := p.Rule(key)
	switch {
	case key == "":
		f.no(file, 0, text.Key("cli.count.no_key", "Keys", strings.Join(p.Keys(), ", ")))
	case !found:
		f.no(file, 0, text.Key("cli.count.no_rule", "Key", key, "Keys", strings.Join(p.Keys(), ", ")))
	}
	return r
}

// readFile reads one of the two tables and says its faults.
func readFile[T any](f *countFiles, name once, read func(io.Reader) (T, error)) (t T) {
	file, err := os.Open(string(name))
	if err == nil {
		t, err = read(file)
		err = errors.Join(err, file.Close())
	}
	refusal, refused := fault.As(err)
	switch {
	case err == nil:
	case !refused:
		f.no(string(name), 0, unreadable(err))
	default:
		for _, x := range refusal.Fields {
			f.no(string(name), x.Row, text.Words{Key: x.Code, Args: x.Args})
		}
	}
	return t
}

// unreadable says why a file cannot be opened, without the path that stands before it already.
func unreadable(err error) text.Words {
	if errors.Is(err, fs.ErrNotExist) {
		return text.Key("cli.count.absent")
	}
	if errors.Is(err, syscall.EISDIR) {
		return text.Key("cli.count.folder")
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner
	}
	return text.Key("cli.count.unreadable", "Why", err.Error())
}

// printCount writes the count for a person. Its numbers are those of the JSON.
func (c *call) printCount(out io.Writer, roll vote.Roll, n vote.Count) {
	it := n.Items[0]
	say := func(key string, pairs ...any) { fmt.Fprintln(out, c.say(text.Key("cli.count."+key, pairs...))) }
	row := func(key string, s vote.Sides) {
		fmt.Fprintf(out, "%s%20s%12d\n", pad(c.say(text.Key("cli.count."+key)), 16), s.Area.Grouped(), s.Heads)
	}
	fmt.Fprintf(out, "%s%s%s\n", pad("", 16), padLeft(c.say(text.Key("cli.count.area")), 20), padLeft(c.say(text.Key("cli.count.heads")), 12))
	row("total", it.Total)
	row("participated", it.Cast)
	row("yes", it.Yes)
	row("no", it.No)
	row("abstain", it.Abstain)
	row("disputed_row", it.Disputed)
	for _, v := range it.Verdicts {
		fmt.Fprintln(out)
		say("rule", "Rule", v.Rule, "Basis", v.Basis, "Outcome", text.Key("vote.outcome."+v.Outcome.String()))
		for _, ch := range v.Checks {
			mark := "✗"
			if ch.Met {
				mark = "✓"
			}
			fmt.Fprintf(out, "  %s  %s %s\n", pad(c.say(text.Key(ch.Key())), 18), ch.Worked(), mark)
		}
	}
	if len(n.Invalid) > 0 {
		fmt.Fprintln(out)
		say("invalid", "N", n.Ballots-n.Standing)
		for _, i := range n.Invalid {
			fmt.Fprintf(out, "  %s  %s\n", pad(string(i.Ballot), 16), c.say(text.Key(i.Reason.Key())))
		}
	}
	if len(n.Disputed) > 0 {
		fmt.Fprintln(out)
		say("disputed", "N", len(n.Disputed))
		for _, d := range n.Disputed {
			parts := make([]string, len(d.Parts))
			for i, p := range d.Parts {
				parts[i] = string(p)
			}
			fmt.Fprintf(out, "  %s\n", strings.Join(parts, ", "))
		}
	}
	fmt.Fprintln(out)
	if left := slices.ContainsFunc(roll.Lines(), func(l vote.Line) bool { return l.Grouping == vote.SpaceLeftOut }); left {
		say("spaces_out")
	}
	say("outcome", "Outcome", text.Key("vote.outcome."+it.Outcome.String()))
}

// pad and padLeft fill up to a width in columns of a terminal, where a Chinese character takes two.
func pad(s string, n int) string     { return s + strings.Repeat(" ", max(1, n-columns(s))) }
func padLeft(s string, n int) string { return strings.Repeat(" ", max(1, n-columns(s))) + s }

func columns(s string) (n int) {
	for _, r := range s {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}
