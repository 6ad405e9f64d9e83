package scenario

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/ledger"
	"gongzhi/internal/method"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

func (p *Player) begin(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage("begin METHOD register/id [key=value …]")
	}
	key, rest := args[0], args[1:]
	var subject act.RowID
	if len(rest) > 0 && !strings.Contains(rest[0], "=") && !isFile(rest[0]) {
		var ok bool
		if subject, ok = register.ParseRowID(rest[0]); !ok {
			return errUsage("begin METHOD register/id [key=value …]")
		}
		rest = rest[1:]
	}
	var fields step.Fields
	if m, ok := p.House.Desk.Charter().Method(key); ok {
		fields = m.Start.Fields
	}
	s, err := p.submission(rest, fields)
	if err != nil {
		return err
	}
	return p.send(ctx, s.ID, func(ctx context.Context) (ledger.Receipt, error) {
		who, err := p.who(ctx, p.as)
		if err != nil {
			return ledger.Receipt{}, err
		}
		return p.House.Desk.Begin(ctx, who, key, subject, s)
	})
}

func (p *Player) submit(ctx context.Context, args []string) error {
	const how = "submit N [STEP.]VERB [ITEM] [key=value … | file.yaml]"
	if len(args) < 2 {
		return errUsage(how)
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return errUsage(how)
	}
	number, verb, item, rest := act.Matter(n), args[1], "", args[2:]
	at, named, ok := strings.Cut(verb, ".") // as a form says which step it was shown for
	switch {
	case strings.HasPrefix(verb, method.BesideVerb), !ok:
		at = ""
	default:
		verb = named
	}
	if len(rest) > 0 && !strings.Contains(rest[0], "=") && !isFile(rest[0]) {
		item, rest = rest[0], rest[1:]
	}
	fields, err := p.asked(ctx, number, verb, item)
	if err != nil {
		return err
	}
	s, err := p.submission(rest, fields)
	if err != nil {
		return err
	}
	s.Step, s.Verb, s.Item = at, verb, item
	return p.send(ctx, s.ID, func(ctx context.Context) (ledger.Receipt, error) {
		who, err := p.who(ctx, p.as)
		if err != nil {
			return ledger.Receipt{}, err
		}
		return p.House.Desk.Submit(ctx, who, number, s)
	})
}

// asked are the questions of an ask, to tell files from words; none where nothing of that name is asked.
func (p *Player) asked(ctx context.Context, number act.Matter, verb, item string) (fields step.Fields, err error) {
	err = p.House.Desk.Read(ctx, number, func(_ context.Context, _ store.Q, s desk.Standing) error {
		for _, a := range s.Asks() {
			if a.Verb == verb && a.Item == item {
				fields = a.Fields
			}
		}
		return nil
	})
	return fields, err
}

// send gives something to the desk, lets what is due by now fall, and remembers how to send it again.
func (p *Player) send(ctx context.Context, id string, give func(context.Context) (ledger.Receipt, error)) error {
	if p.as == "" {
		return errors.New("nobody acts yet: write as NAME")
	}
	before := p.as
	first, err := give(ctx)
	if err != nil {
		return err
	}
	p.Last = first.Matter
	p.last = func(ctx context.Context) error {
		was := p.as
		p.as = before
		defer func() { p.as = was }()
		again, err := give(ctx)
		if err == nil && again != first {
			return fmt.Errorf("submission %s: the second answer is %+v, the first was %+v", id, again, first)
		}
		return err
	}
	return p.keep(ctx)
}

func (p *Player) again(ctx context.Context, args []string) error {
	if len(args) > 0 || p.last == nil {
		return errUsage("again, after begin or submit")
	}
	return p.last(ctx)
}

func isFile(word string) bool {
	return strings.HasSuffix(word, ".yaml") || strings.HasSuffix(word, ".yml")
}

// submission reads answers: key=value, and YAML files of them. A key may stand several times.
func (p *Player) submission(args []string, fields step.Fields) (step.Submission, error) {
	p.sent++
	s := step.Submission{
		ID: fmt.Sprintf("scenario-%06d", p.sent), Values: map[string][]string{}, Files: map[string][]step.File{}, Channel: "web",
	}
	add := func(key, value string) {
		isFile := slices.ContainsFunc(fields, func(f step.Field) bool { return f.Key == key && f.Type == step.FileType })
		if !isFile {
			s.Values[key] = append(s.Values[key], value)
			return
		}
		// A scenario may name a file without bringing it: what counts for the rules is that there is one.
		raw, ok := p.files[path.Clean(value)]
		if !ok {
			raw = []byte(value)
		}
		s.Files[key] = append(s.Files[key], step.File{Name: value, Type: "application/pdf", Size: int64(len(raw)), Hash: act.Sum(raw)})
	}
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if ok {
			add(key, value)
			continue
		}
		raw, err := p.file(a)
		if err != nil {
			return s, err
		}
		if err := answers(raw, add); err != nil {
			return s, fmt.Errorf("%s: %w", a, err)
		}
	}
	return s, nil
}

// answers reads a YAML file of answers. Values are taken as they are written: 12.50 stays 12.50.
func answers(raw []byte, add func(key, value string)) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return err
	}
	if len(doc.Content) == 0 {
		return nil
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		return errors.New("want answers as key: value")
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, v := top.Content[i].Value, top.Content[i+1]
		list := []*yaml.Node{v}
		if v.Kind == yaml.SequenceNode {
			list = v.Content
		}
		for _, one := range list {
			if one.Kind != yaml.ScalarNode {
				return fmt.Errorf("line %d: %s is neither words nor a list of them", one.Line, key)
			}
			add(key, one.Value)
		}
	}
	return nil
}
