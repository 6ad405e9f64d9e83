package step

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/text"
)

// Audience is who may read a value.
type Audience string

const (
	Public Audience = "public" // anyone; the value stands in the act
	Staff  Audience = "staff"  // those with a mandate over the matter, and the submitter; sealed
	Self   Audience = "self"   // the submitter and whoever handles the step; sealed
)

// Type of a field's value.
type Type string

const (
	LineType    Type = "line"   // one line, 200 characters
	TextType    Type = "text"   // paragraphs, 4,000 characters
	ChoiceType  Type = "choice" // one of Options
	ManyType    Type = "many"   // some of Options
	YesType     Type = "yes"    // agreed or not
	CountType   Type = "count"  // a whole number, zero or more
	AreaType    Type = "area"   // m² to two decimals, kept in 0.01 m²
	MoneyType   Type = "money"  // yuan to two decimals, kept in fen
	DateType    Type = "date"
	InstantType Type = "instant" // a date and a time of day
	PhoneType   Type = "phone"
	RowType     Type = "row"    // a row of a register, below the matter's subject
	PersonType  Type = "person" // somebody who holds one of Roles, by their opaque name; a door offers the list
	PointType   Type = "point"  // a place on the ground, "113.612000,34.748000": longitude and latitude, CGCS2000
	FileType    Type = "file"   // attachments
)

// Types lists every type a charter may write.
var Types = []Type{LineType, TextType, ChoiceType, ManyType, YesType, CountType, AreaType, MoneyType, DateType, InstantType, PhoneType, RowType, PersonType, PointType, FileType}

// Field is one question of a step.
type Field struct {
	Key      string    `yaml:"key"`
	Label    text.Text `yaml:"label"`
	Hint     text.Text `yaml:"hint,omitempty"`
	Type     Type      `yaml:"type"`
	Options  []Option  `yaml:"options,omitempty"`
	Register string    `yaml:"register,omitempty"` // for row
	Roles    []string  `yaml:"roles,omitempty"`    // for person
	Required bool      `yaml:"required,omitempty"`
	Max      int       `yaml:"max,omitempty"` // characters, files, or the greatest count; 0 is the type's own limit
	Audience Audience  `yaml:"audience"`
	Personal bool      `yaml:"personal,omitempty"` // tells of a person; never public
	Photo    bool      `yaml:"photo,omitempty"`    // a file that is taken with the phone's camera
	// Decimals is how exactly a point is kept: 4 is some ten metres. What is rounded away stands nowhere. 0 keeps all six.
	Decimals int `yaml:"decimals,omitempty"`
	// Covers are questions for pictures that are not public: at the desk, copies of them with faces and plates covered are
	// offered as the answer, and the pictures themselves are refused.
	Covers []string `yaml:"covers,omitempty"`
	// Along finds a row of lines, such as a section of road, by a place on the ground.
	Along *Along `yaml:"along,omitempty"`
	// Offered names a yes of the register: a door offers only the rows that say so. Others may still be named.
	Offered string `yaml:"offered,omitempty"`
	// Fill names a field of the register of people, "self.phone": a door fills the form in with what stands there of whoever
	// answers, who may correct it.
	Fill string `yaml:"fill,omitempty"`
}

// Along is how a door finds the row whose line passes by a place: the nearest one that is no further than Metres. Where another
// is further by less than Apart, the place does not tell the two apart, and whoever answers chooses.
type Along struct {
	Point   string `yaml:"point"` // the question that gives the place
	Metres  int64  `yaml:"metres"`
	Apart   int64  `yaml:"apart"`
	Assumed bool   `yaml:"assumed,omitempty"` // nobody has confirmed the two figures
}

// FurthestAlong is the most that Metres may be.
const FurthestAlong = 500

// FilledFrom is the register whose fields Fill may name: that of people, one row of which is whoever answers.
const FilledFrom = "person"

// Fills gives the field of that register; ok is false where the form is not filled in.
func (f Field) Fills() (key string, ok bool) { return strings.CutPrefix(f.Fill, "self.") }

// Option is one possible answer.
type Option struct {
	Value string    `yaml:"value"`
	Label text.Text `yaml:"label"`
}

// Fields are the questions of one ask, in order.
type Fields []Field

// Answers are values read from a submission: Open go into the act's body, Sealed into the vault.
type Answers struct {
	Open   map[string]any
	Sealed map[string]string
}

// Longest inputs that are taken at all.
const (
	MaxLine = 200
	MaxText = 4000
	maxInt  = 1 << 53 // beyond this JSON readers elsewhere lose digits
)

var person = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

var phone = regexp.MustCompile(`^(1[0-9]{10}|0[0-9]{2,3}-?[0-9]{7,8})$`)

// Read checks a submission against the fields and sorts the answers by audience. It refuses with every faulty
// field at once. Values the form does not ask for are refused too: nothing is dropped silently. known tells whether
// a row exists for RowType; it may be nil where there are no such fields.
func (fs Fields) Read(s Submission, basis fault.Basis, known func(act.RowID) bool) (Answers, error) {
	var bad fault.Fields
	a := Answers{Open: map[string]any{}, Sealed: map[string]string{}}
	for name := range s.Values {
		if _, asked := fs.Find(name); !asked {
			bad.Add(name, "field.unasked", nil)
		}
	}
	for name := range s.Files {
		if _, asked := fs.Find(name); !asked {
			bad.Add(name, "field.unasked", nil)
		}
	}
	for _, f := range fs {
		v, given := f.read(s, &bad, known)
		switch {
		case !given:
		case f.Audience == Public:
			a.Open[f.Key] = v
		default:
			a.Sealed[f.Key] = Sealable(v)
		}
	}
	return a, bad.Err("form.faults", basis)
}

// Find gives the question of a key.
func (fs Fields) Find(key string) (Field, bool) {
	if i := slices.IndexFunc(fs, func(f Field) bool { return f.Key == key }); i >= 0 {
		return fs[i], true
	}
	return Field{}, false
}

// Sealable is the text form of a value for the vault.
func Sealable(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, "\n")
	case []any: // files: as they would stand in a body, so that whoever may read the value finds them again
		raw, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(raw)
	default:
		return fmt.Sprint(v)
	}
}

// read gives the typed value of one field; given is false when nothing (or something faulty) was sent.
func (f Field) read(s Submission, bad *fault.Fields, known func(act.RowID) bool) (v any, given bool) {
	if f.Type == FileType {
		files := s.Files[f.Key]
		if len(files) == 0 {
			if f.Required {
				bad.Add(f.Key, "field.required", nil)
			}
			return nil, false
		}
		if f.Max > 0 && len(files) > f.Max {
			bad.Add(f.Key, "field.files", fault.Args{"Max": f.Max, "Got": len(files)})
			return nil, false
		}
		list := make([]any, len(files))
		for i, x := range files {
			list[i] = map[string]any{"name": x.Name, "type": x.Type, "size": x.Size, "hash": string(x.Hash)}
		}
		return list, true
	}
	raw := make([]string, 0, 1)
	for _, v := range s.Values[f.Key] {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			raw = append(raw, v)
		}
	}
	if len(raw) == 0 {
		if f.Required {
			bad.Add(f.Key, "field.required", nil)
		}
		return nil, false
	}
	if len(raw) > 1 && f.Type != ManyType {
		bad.Add(f.Key, "field.once", nil)
		return nil, false
	}
	for _, v := range raw {
		if !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
			bad.Add(f.Key, "field.text", nil)
			return nil, false
		}
	}
	return f.typed(raw, bad, known)
}

func (f Field) typed(raw []string, bad *fault.Fields, known func(act.RowID) bool) (any, bool) {
	no := func(code string, args fault.Args) (any, bool) {
		bad.Add(f.Key, code, args)
		return nil, false
	}
	one := raw[0]
	switch f.Type {
	case LineType, TextType:
		limit := f.limit()
		if n := utf8.RuneCountInString(one); n > limit {
			return no("field.long", fault.Args{"Max": limit, "Got": n})
		}
		if f.Type == LineType && strings.Contains(one, "\n") {
			return no("field.one_line", nil)
		}
		return one, true
	case ChoiceType:
		if !f.option(one) {
			return no("field.option", fault.Args{"Got": one})
		}
		return one, true
	case ManyType:
		for _, v := range raw {
			if !f.option(v) {
				return no("field.option", fault.Args{"Got": v})
			}
		}
		slices.Sort(raw)
		return slices.Compact(raw), true
	case YesType:
		if one != "yes" && one != "no" {
			return no("field.yes", nil)
		}
		return one == "yes", true
	case CountType:
		n, err := strconv.ParseInt(one, 10, 64)
		if err != nil || n < 0 || n > maxInt {
			return no("field.count", nil)
		}
		if f.Max > 0 && n > int64(f.Max) {
			return no("field.more", fault.Args{"Max": f.Max})
		}
		return n, true
	case AreaType:
		v, err := exact.ParseArea(one)
		if err != nil {
			return no("field.area", nil)
		}
		return int64(v), true
	case MoneyType:
		v, err := exact.ParseMoney(one)
		if err != nil {
			return no("field.money", nil)
		}
		return int64(v), true
	case DateType:
		d, err := calendar.ParseDate(one)
		if err != nil {
			return no("field.date", nil)
		}
		return d.String(), true
	case InstantType:
		t, err := calendar.ParseInstant(one)
		if err != nil {
			return no("field.instant", nil)
		}
		return t.Format(InstantLayout), true
	case PhoneType:
		if !phone.MatchString(one) {
			return no("field.phone", nil)
		}
		return one, true
	case RowType:
		if known == nil || !known(act.RowID{Register: f.Register, ID: one}) {
			return no("field.row", nil)
		}
		return one, true
	case PersonType:
		// Whether this person holds the role is seen when they act; here only the shape of a name can be wrong.
		if !person.MatchString(one) {
			return no("field.person", nil)
		}
		return one, true
	case PointType:
		p, ok := ParsePoint(one)
		if !ok {
			return no("field.point", nil)
		}
		return p.Rounded(f.Decimals).String(), true
	case FileType: // read before the text values
	}
	return no("field.type", nil)
}

// InstantLayout is how instants stand in bodies: UTC to the microsecond.
const InstantLayout = "2006-01-02T15:04:05.999999Z07:00"

func (f Field) limit() int {
	limit := MaxText
	if f.Type == LineType {
		limit = MaxLine
	}
	if f.Max > 0 && f.Max < limit {
		limit = f.Max
	}
	return limit
}

func (f Field) option(v string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == v })
}
