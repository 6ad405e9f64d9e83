package cli

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/scenario"
	"gongzhi/internal/text"
)

// try walks through a charter in a house of which nothing is left: the commands of a scenario, read from stdin, and
// after each where the matter stands. With --scenario that file is played first. A command that fails is said and does
// not end the walk; a scenario that fails does.
func try(c *call) int {
	flags := flag.NewFlagSet("try", flag.ContinueOnError)
	at := flags.String("at", "", "")
	script := flags.String("scenario", "", "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	dir, loaded, findings, err := c.load(words, 1)
	if err != nil {
		return unusable
	}
	if charter.Broken(findings) {
		reportOf(c, loaded, findings).print(c, dir)
		return no
	}
	start := clock.System.Now()
	if *script != "" {
		start = time.Time{} // the script says when it begins, and time does not go back
	}
	if *at != "" {
		if start, err = hour(*at); err != nil {
			return c.refuse(text.Key("cli.try.at"))
		}
	}
	ctx := context.Background()
	p, err := scenario.New(ctx, scenario.Config{Charter: loaded.Files, Out: c.out, Lang: c.lang, Start: start})
	if err != nil {
		return c.failed(dir, err)
	}
	code := walk(ctx, c, p, *script)
	if err := p.Close(); err != nil {
		return c.failed(dir, err)
	}
	return code
}

// hour reads a date with or without a time of day; an office opens at nine.
func hour(s string) (time.Time, error) {
	if !strings.ContainsAny(s, " T") {
		s += " 09:00"
	}
	return calendar.ParseInstant(s)
}

func walk(ctx context.Context, c *call, p *scenario.Player, script string) int {
	if script != "" {
		raw, err := os.ReadFile(script)
		if err != nil {
			return c.failed(script, err)
		}
		for i, line := range p.Load(raw) {
			if err := p.Do(ctx, line); err != nil {
				return c.failed(fmt.Sprintf("%s:%d", script, i+1), err)
			}
		}
		if p.Last != 0 {
			if err := p.Show(ctx, p.Last); err != nil {
				return c.failed(script, err)
			}
		}
	}
	fmt.Fprintln(c.out, c.say(text.Key("scenario.hello", "At", calendar.Minute(p.House.Clock.Now()))))
	lines := bufio.NewScanner(c.in)
	for fmt.Fprint(c.out, "> "); lines.Scan(); fmt.Fprint(c.out, "> ") {
		line := strings.TrimSpace(lines.Text())
		switch line {
		case "quit", "exit":
			return leave(c)
		case "help", "?":
			fmt.Fprint(c.out, scenario.Help)
			continue
		}
		if err := p.Do(ctx, line); err != nil {
			said(c, err)
			continue
		}
		if shows(line) && p.Last != 0 {
			if err := p.Show(ctx, p.Last); err != nil {
				said(c, err)
			}
		}
	}
	if err := lines.Err(); err != nil {
		return c.failed("", err)
	}
	return leave(c)
}

func leave(c *call) int {
	fmt.Fprintln(c.out, c.say(text.Key("cli.try.ended")))
	return ok
}

// shows tells whether a command may have changed where the matter stands.
func shows(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	return word == "at" || word == "begin" || word == "submit" || word == "as" && strings.Contains(strings.TrimSpace(rest), " ")
}

// said tells why a command did nothing: a refusal with its basis and every field, anything else as it is.
func said(c *call, err error) {
	r, refused := fault.As(err)
	if !refused {
		fmt.Fprintln(c.out, c.say(text.Key("scenario.wrong", "Why", err.Error())))
		return
	}
	fmt.Fprintln(c.out, c.say(text.Key("scenario.refused", "Why", text.Words{Key: r.Code, Args: r.Args}, "Code", r.Code)))
	for _, f := range r.Fields {
		fmt.Fprintf(c.out, "  %s: %s\n", f.Name, c.say(text.Words{Key: f.Code, Args: f.Args}))
	}
	if b := r.Basis.String(); b != "" {
		fmt.Fprintln(c.out, c.say(text.Key("scenario.basis", "Basis", b)))
	}
}
