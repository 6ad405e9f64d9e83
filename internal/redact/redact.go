// Package redact decides how much of a value each reader gets to see, and masks what is shown in part.
//
// In: a field with its audience, the row it stands in, and who reads. Out: hidden, masked or plain, and whether the
// reader may open what is sealed. Every door asks here, through book.Reader or by the masks, so that a page, an export
// and a refusal can never differ. It reads nothing and remembers nothing; opening a sealed value is the caller's to
// record before it shows it.
package redact

import (
	"slices"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/register"
)

// Sight is how much of a value is seen. There is no default.
type Sight int

const (
	Hidden Sight = iota + 1 // not even that there is one
	Masked                  // that there is one, and its masked form
	Plain                   // the value
)

// Persons is the register whose rows are people; an account that is a resident's is named by its row there.
const Persons = "person"

// Held is one mandate as far as seeing goes.
type Held struct {
	ID, Role string
	Path     string   // where it is held, as book.Reader.Path gives it; "" is the whole subdistrict
	Staff    bool     // its role keeps registers or reads what is sealed
	Seals    bool     // its role may open what is sealed
	Domains  []string // kept apart, into which its role may look
}

// Over tells whether a mandate reaches a row by the row's path.
func (h Held) Over(path string) bool { return strings.HasPrefix(path, h.Path) }

// Eyes are one reader's. The zero value is anyone's: nobody signed in.
type Eyes struct {
	Person act.Person
	Held   []Held
	// Domain is the domain that a register's data is kept apart in, "" where it is in none. Nil is none anywhere.
	Domain func(register string) string
}

// Everything sees all that the rules of the house see, which is all that is not personal. It is for engines, not for
// readers.
func Everything(_ act.RowID, _ string, f *register.Field) Sight {
	if f.Personal {
		return Masked
	}
	return Plain
}

// Sees tells how much of a field of a row these eyes see. Path is where the row lies.
//
//   - Public: anyone sees it.
//   - Staff and self: hidden from everybody but those whose task lies over the row and the person the row is about. Of
//     what is personal, staff see the masked form until they open it (see Opens); the person sees the whole.
//   - In a register that is kept apart, such as the Party's, only the roles of that domain are staff.
func (e Eyes) Sees(row act.RowID, path string, f *register.Field) Sight {
	switch {
	case f.Audience == register.Public && !f.Personal, e.self(row):
		return Plain
	case !e.staff(row.Register, path):
		return e.title(row.Register, f)
	case f.Personal || f.Audience == register.Self:
		return Masked
	}
	return Plain
}

// title is what those without a task over the row see of it: of what is personal its mask, which stands in the row's
// name ("王*"), and nothing else. Only signed-in staff ever meet such a row at all.
func (e Eyes) title(name string, f *register.Field) Sight {
	if f.Personal && f.Type == register.Line && slices.ContainsFunc(e.Held, func(h Held) bool { return e.within(h, name) }) {
		return Masked
	}
	return Hidden
}

// within tells whether a mandate's role may look into the domain of a register.
func (e Eyes) within(h Held, name string) bool {
	if e.Domain == nil {
		return true
	}
	domain := e.Domain(name)
	return domain == "" || slices.Contains(h.Domains, domain)
}

// self tells whether the row is about whoever reads.
func (e Eyes) self(row act.RowID) bool {
	return e.Person != "" && row.Register == Persons && row.ID == string(e.Person)
}

func (e Eyes) staff(name, path string) bool {
	for _, h := range e.Held {
		if h.Staff && h.Over(path) && e.within(h, name) {
			return true
		}
	}
	return false
}

// Opens gives the mandate under which these eyes may open what is sealed in a row of a register; ok is false where there
// is none.
func (e Eyes) Opens(name, path string) (by act.By, ok bool) {
	for _, h := range e.Held {
		if h.Seals && h.Over(path) && e.within(h, name) {
			return act.By{Person: e.Person, Role: h.Role, Mandate: h.ID}, true
		}
	}
	return act.By{}, false
}
