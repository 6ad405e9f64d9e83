// Package fault is how Gongzhi says no.
//
// A Refusal is an answer to a person: what was wrong, where, on what basis, what to do now. Its words are in the
// text files under its Code; this package holds no words. A fault of ours is an ordinary wrapped error, never a
// Refusal, and a door shows it as ours.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says how a door should treat a refusal; each door has one table from Kind to its own status.
type Kind int

const (
	Invalid     Kind = iota + 1 // what was sent cannot be accepted as it is
	SignIn                      // who is asking must be known first
	Denied                      // this person may not do this
	NotFound                    // there is nothing of that name, or not for this reader
	Closed                      // the time or the step for it has passed or has not come
	Conflict                    // somebody else was first, or the same thing was sent differently before
	TooLarge                    // more than the rule or the machine takes
	Unsupported                 // not a kind of file or content that is read here
	TooMany                     // too often in too short a time
	Unavailable                 // nothing can be recorded at the moment; reading still works
)

var kindNames = [...]string{
	Invalid: "invalid", SignIn: "sign_in", Denied: "denied", NotFound: "not_found", Closed: "closed",
	Conflict: "conflict", TooLarge: "too_large", Unsupported: "unsupported", TooMany: "too_many", Unavailable: "unavailable",
}

func (k Kind) String() string {
	if k < Invalid || int(k) >= len(kindNames) {
		return fmt.Sprintf("fault.Kind(%d)", int(k))
	}
	return kindNames[k]
}

// Basis is the clause that says no, as a place in the charter and, where the clause cites one, in the law.
type Basis struct {
	Clause string `json:"clause,omitempty"` // file and key: "methods/renovation.yaml#publicity_1.days"
	Law    string `json:"law,omitempty"`    // as the clause cites it: "民法典第二百七十八条"
}

func (b Basis) String() string {
	return strings.TrimSpace(strings.Join([]string{b.Clause, b.Law}, " "))
}

// Args fill the places of a message; keys are the names used in the text files.
type Args = map[string]any

// Field is one place of the input that has to change. Row counts from 1 as the person sees it and is 0 where
// there are no rows.
type Field struct {
	Name string `json:"field"`
	Row  int    `json:"row,omitempty"`
	Code string `json:"code"`
	Args Args   `json:"args,omitempty"`
}

// Refusal is a no with its reasons. It satisfies error, so rules return it as one.
type Refusal struct {
	Kind   Kind
	Code   string // key of its words: "notice.closed"
	Args   Args
	Basis  Basis
	Fields []Field
}

func (r *Refusal) Error() string {
	var b strings.Builder
	b.WriteString(r.Code)
	for _, f := range r.Fields {
		b.WriteString(" " + f.Name + ":" + f.Code)
	}
	if s := r.Basis.String(); s != "" {
		b.WriteString(" (" + s + ")")
	}
	return b.String()
}

// Refuse makes a Refusal without fields; the common case in rules.
func Refuse(kind Kind, code string, basis Basis, args Args) *Refusal {
	return &Refusal{Kind: kind, Code: code, Basis: basis, Args: args}
}

// As gives the Refusal inside err, if it is one.
func As(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// Is says whether err is a Refusal of this kind.
func Is(err error, kind Kind) bool {
	r, ok := As(err)
	return ok && r.Kind == kind
}

// Fields gathers field faults while input is read, so that a person hears of all of them at once.
type Fields struct{ list []Field }

// Add records one place that has to change.
func (f *Fields) Add(name, code string, args Args) {
	f.list = append(f.list, Field{Name: name, Code: code, Args: args})
}

// Err is nil when nothing was added, else one Refusal with every place.
func (f *Fields) Err(code string, basis Basis) error {
	if len(f.list) == 0 {
		return nil
	}
	return f.refusal(code, basis)
}

func (f *Fields) refusal(code string, basis Basis) *Refusal {
	return &Refusal{Kind: Invalid, Code: code, Basis: basis, Fields: f.list, Args: Args{"N": len(f.list)}}
}

// InField refuses a form for what stands in one field of it.
func InField(name, code string, basis Basis) *Refusal {
	var f Fields
	f.Add(name, code, nil)
	return f.refusal("form.faults", basis)
}
