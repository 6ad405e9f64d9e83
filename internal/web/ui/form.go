package ui

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// radios is how many choices are shown at once; more become a list to select from.
const radios = 7

// question is one field with what the document adds: its id and what is wrong with it.
type question struct {
	page.Field
	ID     string
	Faults []fault.Field
	Any    bool // choosing nothing means all: a filter
}

// questions gives every field of a form its own id and its own faults.
func questions(ctx context.Context, f page.Form) []question {
	out := make([]question, len(f.Fields))
	for i, x := range f.Fields {
		out[i] = question{Field: x, ID: id(ctx, "f-"+idPart(x.Name))}
		if f.Problem == nil {
			continue
		}
		for _, fault := range f.Problem.Fields {
			if fault.Name == x.Name {
				out[i].Faults = append(out[i].Faults, fault)
			}
		}
	}
	return out
}

func offlineName(o page.Offline) string {
	if o == page.Stay {
		return "stay"
	}
	return "go"
}

// idPart keeps of a name what an id and the link to it can hold.
func idPart(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '-'
	}, name)
}

// asList tells whether the answers are shown as a list to select from.
func (q question) asList() bool {
	return q.Input == page.Select || q.Input == page.Choice && len(q.Options) > radios
}

// group tells whether the field is several controls under one question.
func (q question) group() bool {
	return q.Input == page.Many || q.Input == page.Pick || q.Input == page.Choice && !q.asList()
}

// described lists the ids of hint, fault and audience, for aria-describedby.
func (q question) described() string {
	var ids []string
	if !q.Hint.IsZero() {
		ids = append(ids, q.ID+"-hint")
	}
	if len(q.Faults) > 0 {
		ids = append(ids, q.ID+"-fault")
	}
	if q.Sealed {
		ids = append(ids, q.ID+"-sealed")
	}
	return strings.Join(ids, " ")
}

// chosen tells whether an option was the answer.
func (q question) chosen(o page.Option) bool {
	if q.Input == page.Many {
		return slices.Contains(q.Values, o.Value)
	}
	return o.Value == q.Value
}

// optionID is the id of the i-th control of a group; the first has the field's own, where the summary links to.
func (q question) optionID(i int) string {
	if i == 0 {
		return q.ID
	}
	return q.ID + "-" + itoa(i+1)
}

// opener is what the button says that opens the map of a shape.
func (q question) opener() string {
	if q.Draw.Degrees {
		return "draw.pick"
	}
	return "draw.open"
}

// tools are the buttons beside the map of a shape. A place is chosen by one touch, and chosen anew by another.
func (q question) tools() []string {
	if q.Draw.Degrees {
		return []string{"in", "out", "fit", "clear"}
	}
	return []string{"draw", "undo", "clear", "in", "out", "fit"}
}

// kept are files that were sent already: they stay unless they are unticked.
func (q question) kept() []page.Option {
	if q.Input == page.File {
		return q.Options
	}
	return nil
}

// inputType is the native control. A date that is not one is kept as text: a native control would show nothing, and
// what was typed would be lost. Numbers are typed as text for the same reason, with the keyboard for figures.
func (q question) inputType() string {
	switch q.Input {
	case page.Date:
		if _, err := calendar.ParseDate(q.Value); q.Value == "" || err == nil {
			return "date"
		}
	case page.Instant:
		if _, err := calendar.ParseInstant(q.Value); q.Value == "" || err == nil {
			return "datetime-local"
		}
	case page.Phone:
		return "tel"
	case page.Secret:
		return "password"
	case page.File:
		return "file"
	case page.Line, page.Area, page.Number, page.Choice, page.Select, page.Many, page.Yes, page.Pick:
	}
	return "text"
}

// value is what the control starts with. Secrets and files cannot be given back.
func (q question) value() string {
	switch q.Input {
	case page.Secret, page.File:
		return ""
	case page.Instant:
		if at, err := calendar.ParseInstant(q.Value); err == nil {
			return at.In(calendar.Zone).Format("2006-01-02T15:04")
		}
	case page.Line, page.Area, page.Number, page.Date, page.Choice, page.Select, page.Many, page.Yes, page.Phone, page.Pick:
	}
	return q.Value
}

// problem is one line of the summary: where it is, and the words that stand there too.
type problem struct {
	Href  string // "" where no control has that name
	Label text.Words
	Row   int
	Words text.Words
}

// problems lists every fault in the order of the fields; those of no field come last.
func problems(f page.Form, qs []question) []problem {
	var out []problem
	known := map[string]bool{}
	for _, q := range qs {
		known[q.Name] = true
		for _, x := range q.Faults {
			out = append(out, problem{Href: "#" + q.ID, Label: q.Label, Row: x.Row, Words: fieldFault(x)})
		}
	}
	for _, x := range f.Problem.Fields {
		if !known[x.Name] {
			out = append(out, problem{Label: text.Plain(x.Name), Row: x.Row, Words: fieldFault(x)})
		}
	}
	return out
}

// hiddenNames are the names of hidden fields in a stable order.
func hiddenNames(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// hasFiles tells whether any field takes files.
func hasFiles(f page.Form) bool {
	return slices.ContainsFunc(f.Fields, func(x page.Field) bool { return x.Input == page.File })
}

// described ties a control to its hint and its fault.
func described(q question) templ.Attributes {
	a := templ.Attributes{}
	if d := q.described(); d != "" {
		a["aria-describedby"] = d
	}
	if len(q.Faults) > 0 {
		a["aria-invalid"] = "true"
	}
	return a
}

// attributes are those of one-line controls that depend on the kind. No maxlength: it would cut a pasted text without
// a word, and the server says how long it was.
func attributes(ctx context.Context, q question) templ.Attributes {
	a := templ.Attributes{}
	switch q.Input {
	case page.Number:
		a["inputmode"] = "decimal"
	case page.Phone:
		a["autocomplete"] = "tel"
	case page.Secret:
		a["autocomplete"] = "current-password"
	case page.File:
		a["multiple"] = q.Max > 1
		if q.Accept != "" {
			a["accept"] = q.Accept
		}
		if strings.HasPrefix(q.Accept, "image/") {
			a["data-shrink"], a["data-needs"] = true, asset(ctx, "form.js")
		}
		return a
	case page.Line, page.Area, page.Date, page.Instant, page.Choice, page.Select, page.Many, page.Yes, page.Pick:
	}
	if q.Autofill != "" {
		a["autocomplete"] = q.Autofill
	}
	a["value"] = q.value()
	if q.Width > 0 {
		a["size"] = itoa(q.Width)
	}
	return a
}
