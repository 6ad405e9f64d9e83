package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
)

// body is what a program may send: to begin a matter, method and subject besides; of a row, what it lies in and the version
// that was seen.
type body struct {
	method, subject string
	parent, version string
	step.Submission
}

// Bounds on what is read before any rule is asked.
const (
	maxValues = 200 // questions answered at once
	maxMany   = 200 // answers to one question
)

// reader walks a body token by token. Package json would take a key twice, a key in other case, and could not say where
// an unknown one stands.
type reader struct {
	dec *json.Decoder
	bad fault.Fields
}

// read takes the body of a request. keys are those it may have. It refuses with every place that has to change.
func read(r *http.Request, keys ...string) (body, error) {
	if kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" ||
		params["charset"] != "" && params["charset"] != "utf-8" && params["charset"] != "UTF-8" {
		return body{}, fault.Refuse(fault.Unsupported, "api.media", fault.Basis{}, fault.Args{"Type": r.Header.Get("Content-Type")})
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return body{}, fmt.Errorf("api: body: %w", err)
	}
	if !utf8.Valid(raw) {
		return body{}, fault.Refuse(fault.Invalid, "api.utf8", fault.Basis{}, nil)
	}
	in := &reader{dec: json.NewDecoder(bytes.NewReader(raw))}
	b := body{Submission: step.Submission{ID: r.Header.Get("Idempotency-Key"), Channel: "api", Values: map[string][]string{}}}
	if err := in.whole(&b, keys); err != nil {
		var syntax *json.SyntaxError
		at := in.dec.InputOffset()
		if errors.As(err, &syntax) {
			at = syntax.Offset
		}
		return body{}, fault.Refuse(fault.Invalid, "api.json", fault.Basis{}, fault.Args{"At": at})
	}
	return b, in.bad.Err("api.body", fault.Basis{})
}

var errShape = errors.New("api: not the shape wanted")

// whole reads one object and makes sure nothing follows it.
func (in *reader) whole(b *body, keys []string) error {
	first, err := in.dec.Token()
	if err != nil {
		return err
	}
	if first != json.Delim('{') {
		in.bad.Add("/", "api.want_object", nil)
		return nil
	}
	allowed := make(map[string]bool, len(keys))
	for _, k := range keys {
		allowed[k] = true
	}
	if err := in.object("", func(key, path string) error {
		if !allowed[key] {
			return errShape
		}
		return in.key(b, key, path)
	}); err != nil {
		return err
	}
	if _, err := in.dec.Token(); !errors.Is(err, io.EOF) {
		return errShape
	}
	return nil
}

// key reads the value of one of our keys.
func (in *reader) key(b *body, key, path string) error {
	switch key {
	case "method":
		return in.string(path, &b.method)
	case "subject":
		return in.string(path, &b.subject)
	case "parent":
		return in.string(path, &b.parent)
	case "version":
		return in.string(path, &b.version)
	case "step":
		return in.string(path, &b.Step)
	case "verb":
		return in.string(path, &b.Verb)
	case "item":
		return in.string(path, &b.Item)
	case "as":
		return in.string(path, &b.As)
	case "made":
		var s string
		if err := in.string(path, &s); err != nil || s == "" {
			return err
		}
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			in.bad.Add(path, "api.want_instant", nil)
		}
		b.Made = t.UTC()
		return nil
	case "values":
		return in.values(path, b.Values)
	}
	return fmt.Errorf("api: key %s is allowed and not read", key)
}

// object reads the keys of an object that has begun. A key that each answers with errShape, and one that comes twice,
// is a place that has to change; its value is skipped.
func (in *reader) object(path string, each func(key, path string) error) error {
	seen := map[string]bool{}
	for in.dec.More() {
		t, err := in.dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string) // inside an object the decoder gives keys as strings only
		at := path + "/" + key
		code := ""
		switch {
		case seen[key]:
			code = "api.twice"
		default:
			if err := each(key, at); errors.Is(err, errShape) {
				code = "api.unknown_key"
			} else if err != nil {
				return err
			}
		}
		seen[key] = true
		if code != "" {
			in.bad.Add(at, code, nil)
			if err := in.skip(); err != nil {
				return err
			}
		}
	}
	_, err := in.dec.Token()
	return err
}

// string reads a string; anything else is a place that has to change.
func (in *reader) string(path string, into *string) error {
	t, err := in.dec.Token()
	if err != nil {
		return err
	}
	if s, ok := t.(string); ok {
		*into = s
		return nil
	}
	in.bad.Add(path, "api.want_string", nil)
	return in.rest(t)
}

// values reads the answers: strings, or lists of strings where a question takes several. Numbers are strings too, as a
// person would type them: "78.62" must not become a floating-point number on its way to a share of a building.
func (in *reader) values(path string, into map[string][]string) error {
	t, err := in.dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		in.bad.Add(path, "api.want_object", nil)
		return in.rest(t)
	}
	return in.object(path, func(key, path string) error {
		if len(into) >= maxValues {
			in.bad.Add(path, "api.many", fault.Args{"Max": maxValues})
			return in.skip()
		}
		t, err := in.dec.Token()
		if err != nil {
			return err
		}
		if s, ok := t.(string); ok {
			into[key] = []string{s}
			return nil
		}
		if t != json.Delim('[') {
			in.bad.Add(path, "api.want_string", nil)
			return in.rest(t)
		}
		list := []string{}
		for in.dec.More() {
			var s string
			if err := in.string(path, &s); err != nil {
				return err
			}
			if list = append(list, s); len(list) == maxMany+1 {
				in.bad.Add(path, "api.many", fault.Args{"Max": maxMany})
			}
		}
		into[key] = list[:min(len(list), maxMany)]
		_, err = in.dec.Token()
		return err
	})
}

// skip passes over one value.
func (in *reader) skip() error {
	t, err := in.dec.Token()
	if err != nil {
		return err
	}
	return in.rest(t)
}

// rest passes over what is left of a value whose first token was t.
func (in *reader) rest(t json.Token) error {
	depth := 0
	for {
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth <= 0 {
			return nil
		}
		var err error
		if t, err = in.dec.Token(); err != nil {
			return err
		}
	}
}

// row reads "compound/yinghe91"; an empty string names no row.
func row(s string) (act.RowID, error) {
	if s == "" {
		return act.RowID{}, nil
	}
	register, id, ok := strings.Cut(s, "/")
	if !ok || register == "" || id == "" {
		var bad fault.Fields
		bad.Add("/subject", "api.want_row", nil)
		return act.RowID{}, bad.Err("api.body", fault.Basis{})
	}
	return act.RowID{Register: register, ID: id}, nil
}
