package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/text"
)

// A list of a register is a plain address: what it is cut by stands in its query, so that it can be sent to a
// colleague, exported, and gone back to.

const (
	queryUnder  = "under"
	queryText   = "q"
	queryOn     = "on"
	queryAfter  = "after"
	queryFilter = "f." // and the field's key
)

// listing is a list as its address asks for it.
type listing struct {
	schema *register.Schema
	query  url.Values // without the cursor
	filter book.Filter
}

// listing reads the address. What it names and the register does not have is no filter, and is refused: a list that
// silently shows more than was asked for is taken for the answer.
func (s *Site) listing(r *http.Request) (l listing, err error) {
	if l.schema, err = s.schema(r.PathValue("register")); err != nil {
		return l, err
	}
	l.query = url.Values{}
	l.filter = book.Filter{Register: l.schema.Key, On: s.today(), Equal: map[string]string{}}
	for key, values := range r.URL.Query() {
		v := strings.TrimSpace(values[0])
		if v == "" || key == queryAfter {
			continue
		}
		var ok bool
		switch {
		case key == queryUnder:
			l.filter.Under, ok = register.ParseRowID(v)
		case key == queryText:
			l.filter.Text, ok = v, true
		case key == queryOn:
			if l.filter.On, ok = register.ReadDate(v); ok {
				l.filter.Past = l.filter.On.Before(s.today())
				v = l.filter.On.String()
			}
		case strings.HasPrefix(key, queryFilter):
			f, known := l.schema.Field(strings.TrimPrefix(key, queryFilter))
			if ok = known && f.Filters(); ok {
				l.filter.Equal[f.Key] = v
			}
		default:
			continue // such as done=1
		}
		if !ok {
			return l, fault.Refuse(fault.Invalid, "lists.filter_unknown", fault.Basis{Clause: "registers/" + l.schema.Key + ".yaml"}, fault.Args{"Name": key})
		}
		l.query.Set(key, v)
	}
	return l, nil
}

func (l listing) path() string { return "/desk/registers/" + l.schema.Key }

// with is the address of the list with one thing set, or without it.
func (l listing) with(path, key, value string) string {
	q := url.Values{}
	for k, v := range l.query {
		q[k] = v
	}
	q.Del(key)
	if value != "" {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// filters is the form above the list; row filters come from links and stay hidden in it.
func (l listing) filters() *page.Form {
	form := &page.Form{Get: true, Action: l.path(), Hidden: map[string]string{}, Submit: text.Key("lists.filter"), Fields: []page.Field{
		{Name: queryText, Label: text.Key("lists.text"), Hint: text.Key("lists.text_hint"), Input: page.Line, Value: l.query.Get(queryText), Width: 20},
	}}
	if under := l.query.Get(queryUnder); under != "" {
		form.Hidden[queryUnder] = under
	}
	for i := range l.schema.Fields {
		f := &l.schema.Fields[i]
		name := queryFilter + f.Key
		x := page.Field{Name: name, Label: f.Label.Words(), Input: page.Select, Value: l.query.Get(name), Options: []page.Option{{Words: text.Key("lists.any")}}}
		switch {
		case !f.Filters():
			continue
		case f.Type == register.Yes:
			x.Options = append(x.Options, page.Option{Value: "true", Words: text.Key("web.yes")}, page.Option{Value: "false", Words: text.Key("web.no")})
		case len(f.Options) > 0:
			for _, o := range f.Options {
				x.Options = append(x.Options, page.Option{Value: o.Value, Words: o.Label.Words()})
			}
		default:
			if x.Value != "" {
				form.Hidden[name] = x.Value
			}
			continue
		}
		form.Fields = append(form.Fields, x)
	}
	form.Fields = append(form.Fields, page.Field{Name: queryOn, Label: text.Key("lists.on"), Input: page.Date, Value: l.query.Get(queryOn)})
	return form
}

// chips name what the list is cut by; each takes its filter away.
func (s *Site) chips(in *book.Reader, l listing) ([]page.Link, error) {
	var out []page.Link
	for _, key := range slices.Sorted(keysOf(l.query)) {
		name, value, err := s.chip(in, l, key)
		if err != nil {
			return nil, err
		}
		out = append(out, page.Link{Words: text.Key("lists.chip", "Name", name, "Value", value), Href: l.with(l.path(), key, "")})
	}
	return out, nil
}

func keysOf(q url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range q {
			if !yield(k) {
				return
			}
		}
	}
}

// chip is one filter in words.
func (s *Site) chip(in *book.Reader, l listing, key string) (name, value text.Words, err error) {
	v := l.query.Get(key)
	switch key {
	case queryText:
		return text.Key("lists.text"), text.Plain(v), nil
	case queryOn:
		return text.Key("lists.on"), text.Plain(v), nil
	case queryUnder:
		value, err = s.rowWords(in, l.filter.Under, l.filter.On)
		return text.Key("lists.under"), value, err
	}
	f, _ := l.schema.Field(strings.TrimPrefix(key, queryFilter))
	switch f.Type {
	case register.Yes:
		if v == "true" {
			return f.Label.Words(), text.Key("web.yes"), nil
		}
		return f.Label.Words(), text.Key("web.no"), nil
	case register.OneRow, register.Rows:
		if id, ok := register.ParseRowID(v); ok {
			value, err = s.rowWords(in, id, l.filter.On)
			return f.Label.Words(), value, err
		}
	case register.Choice, register.Many:
		return f.Label.Words(), f.OptionLabel(v).Words(), nil
	case register.Line, register.Text, register.Count, register.Area, register.Money, register.Date, register.Phone, register.IDNumber, register.USCC,
		register.Division, register.Place, register.Geometry:
	}
	return f.Label.Words(), text.Plain(v), nil
}

// rowWords is what a row is called, or its id where it does not stand.
func (s *Site) rowWords(in *book.Reader, id act.RowID, on calendar.Date) (text.Words, error) {
	row, ok, err := in.Row(id, on)
	if err != nil || ok {
		return text.Plain(row.Name), err
	}
	return text.Plain(id.String()), nil
}

// register lists the rows of one register; personal fields stay sealed in lists.
func (s *Site) register(r *http.Request, rd *reader) (page.Page, error) {
	l, err := s.listing(r)
	if err != nil {
		return page.Page{}, err
	}
	in := s.registers(r.Context(), s.Store.Read(), rd)
	got, err := in.List(l.filter, r.URL.Query().Get(queryAfter), pageOf)
	if err != nil {
		return page.Page{}, err
	}
	t, err := s.rowTable(in, l, got.Rows)
	if err != nil {
		return page.Page{}, err
	}
	if t.Chips, err = s.chips(in, l); err != nil {
		return page.Page{}, err
	}
	t.Filters = l.filters()
	if got.Total >= 0 {
		t.Total = bounded(got.Total)
	}
	if got.Next != "" {
		t.Next = l.with(l.path(), queryAfter, got.Next)
		if len(got.Rows) == 0 {
			t.Empty = text.Key("lists.go_on")
		}
	}
	t.Links = []page.Link{
		{Words: text.Key("lists.xlsx"), Href: l.with(l.path()+"/export.xlsx", "", ""), Icon: "download"},
		{Words: text.Key("lists.csv"), Href: l.with(l.path()+"/export.csv", "", ""), Icon: "download"},
	}
	add := l.path() + "/new"
	if under := l.filter.Under; !under.IsZero() && under.Register == l.schema.Parent {
		add += "?" + url.Values{queryUnder: {under.String()}}.Encode()
	}
	p := page.Page{
		Frame: page.Desk, Title: l.schema.Name.Words(), Lead: text.Key("web.as_of", "Day", l.filter.On.String()), Blocks: []page.Block{t},
		Back: &page.Link{Words: text.Key("lists.all"), Href: "/desk/registers"},
		Head: []page.Link{
			{Words: text.Key("web.row.new", "Register", l.schema.Name), Href: add, Icon: "plus"},
			{Words: text.Key("lists.import", "Register", l.schema.Name), Href: importPath(sheetIntake{s, l.schema}), Icon: "upload"},
		},
	}
	if len(l.schema.Twins.Propose) > 0 {
		p.Head = append(p.Head, page.Link{Words: text.Key("twins.title"), Href: "/desk/duplicates/" + l.schema.Key, Icon: "users"})
	}
	if got.Next != "" && len(got.Rows) == 0 {
		p.Blocks = append(p.Blocks, page.Buttons{Quiet: true, List: []page.Link{{Words: text.Key("lists.more"), Href: t.Next}}})
	}
	return p, nil
}

// bounded is a count as people read it; counting stops at a thousand.
func bounded(n int) string {
	if n > book.Counted {
		return "1,000+"
	}
	return strconv.Itoa(n)
}

// shownFields are the columns of a list: those that say most in one line.
func shownFields(sch *register.Schema) (shown []*register.Field) {
	for i := range sch.Fields {
		f := &sch.Fields[i]
		titled := len(sch.TitleFields()) == 1 && sch.TitleFields()[0] == f.Key && sch.Title == "{"+f.Key+"}"
		switch {
		case f.Personal, titled, f.Type == register.Rows, f.Type == register.Geometry, f.Type == register.Text:
		case len(shown) < 6:
			shown = append(shown, f)
		}
	}
	return shown
}

func (s *Site) rowTable(in *book.Reader, l listing, rows []register.Row) (page.Table, error) {
	sch := l.schema
	t := page.Table{Caption: sch.Name.Words(), Empty: text.Key("web.rows_none"), Columns: []page.Column{{Words: text.Key("web.col.name")}}}
	if sch.Parent != "" {
		t.Columns = append(t.Columns, page.Column{Words: text.Key("web.col.within")})
	}
	shown := shownFields(sch)
	for _, f := range shown {
		t.Columns = append(t.Columns, page.Column{Words: f.Label.Words(), Numeric: f.Type == register.Area || f.Type == register.Count || f.Type == register.Money})
	}
	seen := map[act.RowID]register.Row{}
	for _, row := range rows {
		href := fmt.Sprintf("/desk/registers/%s/%s", sch.Key, row.ID.ID)
		if on := l.query.Get(queryOn); on != "" {
			href += "?on=" + on
		}
		cells := []page.Cell{{Words: text.Plain(row.Name), Href: href}}
		if sch.Parent != "" {
			place, err := s.within(in, row, l.filter.On, seen)
			if err != nil {
				return t, err
			}
			cells = append(cells, page.Cell{Words: text.Plain(place)})
		}
		for _, f := range shown {
			words, err := s.valueWords(in, f, row.Values[f.Key], l.filter.On)
			if err != nil {
				return t, err
			}
			cells = append(cells, page.Cell{Words: words})
		}
		t.Rows = append(t.Rows, page.Row{Href: href, Cells: cells})
	}
	return t, nil
}

// valueWords is an open value as people read it: options in the reader's language, a row by its name.
func (s *Site) valueWords(in *book.Reader, f *register.Field, v any, on calendar.Date) (text.Words, error) {
	if v == nil {
		return text.Words{}, nil
	}
	switch f.Type {
	case register.Yes:
		if v == true {
			return text.Key("web.yes"), nil
		}
		return text.Key("web.no"), nil
	case register.Choice:
		said, _ := v.(string)
		label := f.OptionLabel(said)
		if f.AssumedOption(said) {
			return text.Key("lists.assumed", "Value", label), nil
		}
		return label.Words(), nil
	case register.OneRow, register.Rows:
		return s.namesOf(in, v, on)
	case register.Line, register.Text, register.Many, register.Count, register.Area, register.Money, register.Date, register.Phone, register.IDNumber,
		register.USCC, register.Division, register.Place, register.Geometry:
	}
	return f.Told(v), nil
}

// namesOf are the names of rows that a value points to.
func (s *Site) namesOf(in *book.Reader, v any, on calendar.Date) (text.Words, error) {
	list, ok := v.([]string)
	if one, single := v.(string); single {
		list, ok = []string{one}, true
	}
	if !ok {
		return text.Words{}, nil
	}
	names := make([]string, 0, len(list))
	for _, said := range list {
		id, ok := register.ParseRowID(said)
		if !ok {
			continue
		}
		row, stands, err := in.Row(id, on)
		if err != nil {
			return text.Words{}, err
		}
		if !stands {
			row.Name = said
		}
		names = append(names, row.Name)
	}
	return text.Plain(strings.Join(names, "、")), nil
}

// within names where a row lies: the nearest row above that its own name does not tell already. seen remembers rows
// above, which many rows of one page share.
func (s *Site) within(in *book.Reader, row register.Row, on calendar.Date, seen map[act.RowID]register.Row) (string, error) {
	for id := row.Parent; !id.IsZero(); {
		above, known := seen[id]
		if !known {
			var err error
			if above, known, err = in.Row(id, on); err != nil || !known {
				return "", err
			}
			seen[id] = above
		}
		if !strings.Contains(row.Name, above.Name) {
			return above.Name, nil
		}
		id = above.Parent
	}
	return "", nil
}
