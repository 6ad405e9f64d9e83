package cli

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/text"
	"gongzhi/internal/verify"
)

// export writes the public bundle into an empty folder.
func export(c *call) int {
	flags := flag.NewFlagSet("export", flag.ContinueOnError)
	var at place
	at.flags(flags)
	opened := flags.Bool("open", false, "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if len(words) != 1 {
		return c.refuse(text.Key("cli.export.usage"))
	}
	dir := words[0]
	n, err := c.export(at, dir, *opened)
	if err != nil {
		return c.failed(dir, err)
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.export.done", "Dir", dir, "N", n)))
	return ok
}

func (c *call) export(at place, dir string, opened bool) (n int, err error) {
	if there, err := os.ReadDir(dir); err == nil && len(there) > 0 {
		return 0, fault.Refuse(fault.Conflict, "cli.export.full", fault.Basis{}, fault.Args{"Dir": dir})
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	put := func(path string, data []byte) error {
		n++
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o644)
	}
	err = at.within(func(ctx context.Context, h *house.House) error { return h.Export(ctx, opened, put) })
	if err != nil {
		return n, err
	}
	return n, put("README.txt", []byte(c.say(text.Key("cli.export.readme"))+"\n"))
}

// verifyBundle recomputes a public bundle and says what does not add up, the first first.
func verifyBundle(c *call) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	key := flags.String("key", "", "")
	since := flags.String("since", "", "")
	asJSON := flags.Bool("json", false, "")
	receipt := flags.String("receipt", "", "")
	var witnesses list
	flags.Var(&witnesses, "witness", "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if *receipt != "" && len(words) == 0 {
		return c.receipt(*receipt, *key)
	}
	if len(words) != 1 {
		return c.refuse(text.Key("cli.verify.usage"))
	}
	opts := verify.Options{Key: *key, Witnesses: witnesses}
	if *since != "" {
		var err error
		if opts.Since, err = c.file(*since); err != nil {
			return c.refuse(text.Key("cli.verify.failed", "Why", err.Error()))
		}
	}
	files, done, err := bundleAt(words[0])
	if err != nil {
		return c.refuse(text.Key("cli.verify.failed", "Why", err.Error()))
	}
	defer done()
	r, err := verify.Bundle(files, opts)
	if err != nil {
		return c.refuse(text.Key("cli.verify.failed", "Why", err.Error()))
	}
	if *asJSON {
		raw, err := json.MarshalIndent(r, "", "\t")
		if err != nil {
			return c.refuse(text.Key("cli.verify.failed", "Why", err.Error()))
		}
		fmt.Fprintln(c.out, string(raw))
	} else {
		c.verified(r)
	}
	if !r.Good() {
		return no
	}
	return ok
}

// bundleAt opens a bundle, which is a folder or the archive that the site gives out.
func bundleAt(name string) (files fs.FS, done func(), err error) {
	if info, err := os.Stat(name); err != nil || info.IsDir() {
		return os.DirFS(name), func() {}, err
	}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, nil, err
	}
	return z, func() { _ = z.Close() }, nil
}

// verified says a report in plain words.
func (c *call) verified(r verify.Report) {
	say := func(key string, pairs ...any) { fmt.Fprintln(c.out, c.say(text.Key("verify.report."+key, pairs...))) }
	if !r.Good() {
		say("bad", "N", len(r.Findings))
		for _, f := range r.Findings {
			c.finding(f)
		}
		return
	}
	say("good", "Size", r.Size, "Matters", r.Matters, "Root", r.Root)
	if r.Trusted {
		say("trusted")
	} else {
		say("untrusted")
	}
	say("method_followed", "Rerun", r.Rerun, "Given", r.Given)
	if r.Taken+r.Withheld > 0 {
		say("taken", "Taken", r.Taken, "Withheld", r.Withheld)
	}
	if r.Private > 0 {
		say("private", "N", r.Private)
	}
	say("votes", "Votes", r.Votes, "Recount", r.Recount)
	say("figures", "Exact", r.Figures-r.Bounded, "Bounded", r.Bounded)
	if r.Since > 0 {
		say("since_good", "Since", r.Since)
	}
	for _, name := range r.Witness {
		say("witness_good", "Name", name)
	}
}

func (c *call) finding(f verify.Finding) {
	key := f.Code
	if !strings.HasPrefix(key, "ballot.") {
		key = "verify." + key
	}
	var where []string
	if f.Matter != 0 || f.Seq != 0 {
		where = append(where, c.say(text.Key("verify.report.act", "Matter", int64(f.Matter), "Act", f.Seq)))
	}
	if f.Leaf >= 0 {
		where = append(where, c.say(text.Key("verify.report.leaf", "Leaf", f.Leaf)))
	}
	if f.File != "" {
		where = append(where, f.File)
	}
	fmt.Fprintf(c.out, "%s\n    %s\n", c.say(text.Key("verify.report.place", "Code", f.Code, "Words", text.Key(key))), strings.Join(where, "  "))
	if f.Why != "" {
		fmt.Fprintf(c.out, "    %s\n", f.Why)
	}
}

// receipt proves one submission from its file.
func (c *call) receipt(file, key string) int {
	raw, err := c.file(file)
	if err != nil {
		return c.refuse(text.Key("cli.verify.failed", "Why", err.Error()))
	}
	r, at, err := verify.CheckReceipt(raw, key)
	if err != nil {
		fmt.Fprintln(c.out, c.say(text.Key("verify.report.receipt_bad", "Why", err.Error())))
		return no
	}
	fmt.Fprintln(c.out, c.say(text.Key("verify.report.receipt", "ID", r.Submission, "Origin", at.Origin, "Size", at.Size, "Root", at.Hex())))
	for _, a := range r.Acts {
		said := a.Leaf
		if a.Act != "" {
			said = a.Act
		}
		fmt.Fprintln(c.out, c.say(text.Key("verify.report.receipt_act", "Entry", a.Index+1, "Leaf", said)))
	}
	if key == "" {
		fmt.Fprintln(c.out, c.say(text.Key("verify.report.untrusted")))
	}
	return ok
}
