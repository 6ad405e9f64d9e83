package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gongzhi/internal/charter"
	"gongzhi/internal/scenario"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// check reads a charter, prints what is wrong with it and, where nothing keeps it from running, plays its scenarios.
// Warnings alone are no failure: a charter runs with them; with --strict they are. --quick leaves the scenarios out.
func check(c *call) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "")
	strict := flags.Bool("strict", false, "")
	quick := flags.Bool("quick", false, "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	dir, loaded, findings, err := c.load(words, 1)
	if err != nil {
		return unusable
	}
	report := reportOf(c, loaded, findings)
	if !charter.Broken(findings) && !*quick {
		for _, file := range loaded.Scenarios {
			report.add(file, scenario.File(context.Background(), loaded.Files, file))
		}
	}
	if *asJSON {
		if err := c.json(report); err != nil {
			return c.failed(dir, err)
		}
	} else {
		report.print(c, dir)
	}
	if report.Errors > 0 || report.failed || *strict && report.Warnings > 0 {
		return no
	}
	return ok
}

// errSaid stands for an error whose words the person has read already.
var errSaid = errors.New("said")

// load reads the charter of the first word. The command wants exactly n words.
func (c *call) load(words []string, n int) (dir string, loaded *charter.Charter, findings []step.Finding, err error) {
	if len(words) != n {
		c.refuse(text.Key("cli.argument", "Why", "gongzhi "+c.name+" "+c.say(text.Key("cli."+c.name+".args"))))
		return "", nil, nil, errSaid
	}
	dir = words[0]
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		c.refuse(text.Key("cli.no_folder"))
		return dir, nil, nil, errSaid
	}
	if err == nil {
		loaded, findings, err = charter.Load(os.DirFS(dir))
	}
	if err != nil {
		c.failed(dir, err)
		return dir, nil, nil, errSaid
	}
	return dir, loaded, findings, nil
}

// report is what a check prints, and with --json its form.
type report struct {
	Charter   string   `json:"charter"`
	Digest    string   `json:"digest"`
	Errors    int      `json:"errors"`
	Warnings  int      `json:"warnings"`
	Findings  []line   `json:"findings"`
	Scenarios []played `json:"scenarios"`
	failed    bool
}

type line struct {
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Col      int           `json:"col"`
	Severity step.Severity `json:"severity"`
	Code     string        `json:"code"`
	Message  string        `json:"message"`
	Run      []string      `json:"run,omitempty"` // the shortest run that shows it, as "step.outcome"
}

type played struct {
	File   string `json:"file"`
	Passed bool   `json:"passed"`
	Why    string `json:"why,omitempty"`
}

func reportOf(c *call, loaded *charter.Charter, findings []step.Finding) *report {
	r := &report{Charter: loaded.Head.Key, Digest: string(loaded.Digest), Findings: []line{}, Scenarios: []played{}}
	for _, f := range findings {
		if f.Severity == step.Error {
			r.Errors++
		} else {
			r.Warnings++
		}
		r.Findings = append(r.Findings, line{
			File: f.Place.File, Line: f.Place.Line, Col: f.Place.Col, Severity: f.Severity, Code: f.Code,
			Message: c.say(f.Words()), Run: f.Run,
		})
	}
	return r
}

func (r *report) add(file string, err error) {
	p := played{File: file, Passed: err == nil}
	if err != nil {
		p.Why, r.failed = err.Error(), true
	}
	r.Scenarios = append(r.Scenarios, p)
}

// print writes one finding a line, as editors and compilers do, with the folder before each file.
func (r *report) print(c *call, dir string) {
	for _, f := range r.Findings {
		fmt.Fprintf(c.out, "%s:%d:%d: %s %s %s\n", filepath.Join(dir, filepath.FromSlash(f.File)), f.Line, f.Col, f.Severity, f.Code, f.Message)
		if len(f.Run) > 0 {
			fmt.Fprintf(c.out, "    %s\n", c.say(text.Key("cli.check.run", "Run", strings.Join(f.Run, " → "))))
		}
	}
	for _, s := range r.Scenarios {
		key := "cli.check.scenario_passed"
		if !s.Passed {
			key = "cli.check.scenario_failed"
		}
		fmt.Fprintln(c.out, c.say(text.Key(key, "File", s.File, "Why", s.Why)))
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(c.out, c.say(text.Key("cli.check.clean")))
	} else {
		fmt.Fprintln(c.out, c.say(text.Key("cli.check.count", "Errors", r.Errors, "Warnings", r.Warnings)))
	}
}
