// Package cli is the door of the command line.
//
// In: the words after "gongzhi". Out: text for people or JSON for programs, and an exit code: 0 done, 1 there are
// findings or the answer is no, 2 it could not be tried. It holds no rule and keeps nothing in variables; each command
// is one file and one line in the table below.
package cli

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"

	"gongzhi/internal/fault"
	"gongzhi/internal/text"
)

// Exit codes.
const (
	ok       = 0
	no       = 1
	unusable = 2
)

// command is one word after "gongzhi". Its sentences stand in the text files under cli.NAME: says, args.
type command struct {
	name string
	run  func(c *call) int
}

// commands lists them in the order of the help.
func commands() []command {
	return []command{
		{"serve", serve},
		{"check", check},
		{"try", try},
		{"draw", draw},
		{"charter", charterCommand},
		{"count", count},
		{"user", user},
		{"backup", backup},
		{"rekey", rekey},
		{"log", publicLog},
		{"open311", openServer},
		{"export", export},
		{"verify", verifyBundle},
		{"witness", witness},
		{"refold", refold},
		{"version", version},
		{"help", help},
	}
}

// call is one run of a command.
type call struct {
	name  string
	args  []string
	in    io.Reader
	out   io.Writer
	err   io.Writer
	lang  text.Lang
	words *text.Bundle
}

// Main runs one command and gives the exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	words, err := text.New(text.House())
	if err != nil {
		fmt.Fprintln(stderr, err) // our own files, tested to be whole
		return unusable
	}
	c := &call{in: stdin, out: stdout, err: stderr, lang: text.ZH, words: words}
	if len(args) == 0 {
		help(c)
		return unusable
	}
	c.name, c.args = args[0], args[1:]
	switch c.name {
	case "-h", "-help", "--help":
		c.name = "help"
	}
	for _, known := range commands() {
		if known.name == c.name {
			return known.run(c)
		}
	}
	return c.refuse(text.Key("cli.unknown", "Name", c.name))
}

// parse reads a command's flags, which may stand before or after its other words, and gives those words. Every command
// takes --lang. ok is false when the flags are wrong, which has then been said.
func (c *call) parse(flags *flag.FlagSet) (words []string, ok bool) {
	flags.SetOutput(io.Discard)
	lang := flags.String("lang", string(c.lang), "")
	for rest := c.args; ; {
		if err := flags.Parse(rest); err != nil {
			c.refuse(text.Key("cli.argument", "Why", c.say(flagFault(err))))
			return nil, false
		}
		if rest = flags.Args(); len(rest) == 0 {
			break
		}
		words, rest = append(words, rest[0]), rest[1:]
	}
	switch l := text.Lang(*lang); l {
	case text.ZH, text.EN:
		c.lang = l
	default:
		c.refuse(text.Key("cli.language", "Lang", *lang))
		return nil, false
	}
	return words, true
}

// flagFault is what is wrong with a flag, in our words: the package flag says it in English only, and has no types for it.
func flagFault(err error) text.Words {
	said := err.Error()
	name := said[strings.LastIndex(said, " -")+1:]
	name, why, _ := strings.Cut(name, ":")
	key := "cli.flag.value"
	switch {
	case strings.HasPrefix(said, "flag provided but not defined"):
		key = "cli.flag.unknown"
	case strings.HasPrefix(said, "flag needs an argument"):
		key = "cli.flag.empty"
	case strings.TrimSpace(why) == errTwice.Error():
		key = "cli.flag.twice"
	}
	return text.Key(key, "Flag", "-"+name)
}

func (c *call) say(w text.Words) string { return c.words.Say(c.lang, w) }

// json prints a value for programs.
func (c *call) json(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// refuse says on stderr why a command could not be tried.
func (c *call) refuse(w text.Words) int {
	fmt.Fprintln(c.err, c.say(w))
	return unusable
}

// failed says an error on stderr: a refusal in its words, anything else as the machine put it.
func (c *call) failed(what string, err error) int {
	if r, ok := fault.As(err); ok {
		return c.refuse(text.Words{Key: r.Code, Args: r.Args})
	}
	return c.refuse(text.Key("cli.unreadable", "Dir", what, "Why", err.Error()))
}

func help(c *call) int {
	if _, ok := c.parse(flag.NewFlagSet("help", flag.ContinueOnError)); !ok {
		return unusable
	}
	fmt.Fprintf(c.out, "%s\n\n%s\n", c.say(text.Key("cli.usage")), c.say(text.Key("cli.commands")))
	for _, known := range commands() {
		line := "  gongzhi " + known.name
		if key := "cli." + known.name + ".args"; c.words.Has(c.lang, key) {
			line += " " + c.say(text.Key(key))
		}
		fmt.Fprintf(c.out, "%s\n      %s\n", line, strings.TrimSpace(c.say(text.Key("cli."+known.name+".says"))))
	}
	return ok
}
