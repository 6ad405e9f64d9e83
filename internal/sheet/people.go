package sheet

import (
	"cmp"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
)

// owners reads who owns a room, and, while it is not sold or not handed over, who built it.
func (r *reader) owners(one *room) {
	row := one.row
	names := register.Several(r.raw(row, "owner"))
	builder := ownerName(r.raw(row, "builder"))
	var plain []string
	for _, n := range names {
		if twoNames(n) {
			r.fault(row, "owner", "name_space", fault.Args{"Got": n})
			return
		}
		if n = ownerName(n); n != "" && !placeholder.MatchString(n) {
			plain = append(plain, n)
		}
	}
	if one.state == "unsold" {
		for _, n := range plain {
			if !firm(n) {
				r.fault(row, "owner", "unsold_owner", nil)
				return
			}
			builder = cmp.Or(builder, n)
		}
		plain = nil
	}
	if one.state == "unsold" || one.state == "undelivered" {
		if builder != "" && !placeholder.MatchString(builder) {
			one.builder = r.firm(row, builder, "")
		} else {
			one.wants = true
		}
	}
	if one.state == "unsold" {
		return
	}
	if len(plain) == 0 {
		r.warn(row, "owner", "owner_unknown", nil)
		return
	}
	r.named(one, plain)
}

// named reads the people of one room with their numbers and telephones, which stand in the order of the names.
func (r *reader) named(one *room, names []string) {
	row := one.row
	ids, okI := r.lists(row, "id_number", len(names))
	phones, okP := r.lists(row, "phone", len(names))
	seen := map[string]bool{}
	for i, name := range names {
		switch {
		case ditto.MatchString(name):
			r.fault(row, "owner", "ditto", nil)
			continue
		case andMore.MatchString(name) && !firm(name):
			r.fault(row, "owner", "and_more", nil)
			continue
		case firm(name):
			one.firms = append(one.firms, r.firm(row, name, at(ids, i)))
			continue
		case !nameLike.MatchString(name):
			r.fault(row, "owner", "name", fault.Args{"Got": name})
			continue
		case seen[name]:
			r.fault(row, "owner", "name_twice", fault.Args{"Got": name})
			continue
		}
		seen[name] = true
		m := &mention{row: row, name: name}
		m.group = m
		faults := len(r.out.Faults)
		m.idNumber = r.text(row, "id_number", at(ids, i))
		m.phone = r.text(row, "phone", tidyWhole(at(phones, i)))
		m.faulty = !okI || !okP || len(r.out.Faults) > faults
		one.mentions = append(one.mentions, m)
		r.mentions = append(r.mentions, m)
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// lists splits a cell that goes with the names; 无 holds the place of somebody who has none. Nothing at all is fine; so
// is one telephone for a household, which is then the first owner's. Any other count leaves open whose is whose.
func (r *reader) lists(row Row, column string, n int) ([]string, bool) {
	list := register.Several(r.raw(row, column))
	none := 0
	for i, one := range list {
		if placeholder.MatchString(register.Tight(one)) {
			list[i] = ""
			none++
		}
	}
	switch {
	case none == len(list):
		return nil, true
	case len(list) == n:
		return list, true
	case column == "phone" && len(list) == 1:
		r.warn(row, column, "phone_first", nil)
		return list, true
	}
	r.fault(row, column, "counts_differ", fault.Args{"Names": n, "Got": len(list)})
	return nil, false
}

func (r *reader) text(row Row, column, cell string) string {
	field, known := r.fields[column]
	if !known || cell == "" {
		return ""
	}
	v, _ := r.parse(row, column, field, cell)
	s, _ := v.(string)
	return s
}

// firm gives the id of an organisation, known by its name.
func (r *reader) firm(row Row, name, code string) string {
	id := "u" + r.in.Name("unit", name)
	e, known := r.units[id]
	if !known {
		e = register.Entry{ID: act.RowID{Register: r.makes["unit"], ID: id}, Row: row.N, Values: map[string]any{"name": name}}
		r.units[id] = e
	}
	if code != "" {
		v, why := register.CreditCode(code)
		if why != "" {
			r.report(&r.out.Faults, row, "id_number", "register.value."+string(why), nil)
		} else {
			e.Values["uscc"] = v
		}
	}
	return id
}

// builders gives rooms that name no builder the only one that the sheet names.
func (r *reader) builders() {
	var only string
	many := false
	for _, one := range r.order {
		if one.builder != "" {
			many = many || only != "" && only != one.builder
			only = one.builder
		}
	}
	for _, one := range r.order {
		switch {
		case !one.wants:
		case only == "" || many:
			column := "builder"
			if !r.has(column) {
				column = "owner"
			}
			r.fault(one.row, column, "builder_missing", nil)
			continue
		default:
			one.builder = only
		}
		if one.state == "unsold" && one.builder != "" {
			one.firms = []string{one.builder}
		}
	}
}

// people finds out which mentions are one person: the same number of a document, or the same name and telephone. It
// never joins two different numbers, and never names alone.
func (r *reader) people() {
	byNumber, byPhone := map[string]*mention{}, map[string]*mention{}
	for _, m := range r.mentions {
		if m.idNumber != "" {
			if first, ok := byNumber[m.idNumber]; !ok {
				byNumber[m.idNumber] = m
			} else if first.name != m.name {
				r.fault(first.row, "id_number", "number_two_names", fault.Args{"Other": m.row.N})
				r.fault(m.row, "id_number", "number_two_names", fault.Args{"Other": first.row.N})
			} else {
				m.group = first
			}
		}
	}
	for _, m := range r.mentions {
		if m.phone == "" || m.idNumber == "" {
			continue
		}
		key := m.name + "\x00" + m.phone
		if other, ok := byPhone[key]; ok && other.idNumber != m.idNumber {
			r.warn(m.row, "owner", "same_name_phone", fault.Args{"Name": m.name, "Other": other.row.N})
			continue
		}
		byPhone[key] = m.group
	}
	for _, m := range r.mentions {
		if m.phone == "" || m.idNumber != "" {
			continue
		}
		key := m.name + "\x00" + m.phone
		if first, ok := byPhone[key]; ok {
			m.group = first
		} else {
			byPhone[key] = m
		}
	}
	r.identify()
}

// identify gives every person an id and points out namesakes who may be one.
func (r *reader) identify() {
	byName := map[string]*mention{} // the first person of a name
	nameOnly := map[string]*mention{}
	for _, m := range r.mentions {
		g := m.group
		if g.id == "" {
			switch {
			case g.idNumber != "":
				g.id = r.in.Name("person", r.in.Compound.ID, "number", g.idNumber)
			case g.phone != "":
				g.id = r.in.Name("person", r.in.Compound.ID, "phone", g.name, g.phone)
			default:
				g.id, g.needsReview = r.in.Name("person", r.in.Compound.ID, "name", g.name), true
			}
			g.id = "p" + g.id
		}
		m.id = g.id
		if m.faulty { // who it is will be known once the fault is corrected
			continue
		}
		if g.needsReview {
			if first, again := nameOnly[m.name]; again {
				r.warn(m.row, "owner", "name_only_again", fault.Args{"Name": m.name, "Other": first.row.N})
			} else {
				nameOnly[m.name] = m
				r.warn(m.row, "owner", "name_only", fault.Args{"Name": m.name})
			}
		}
		if first, ok := byName[m.name]; !ok {
			byName[m.name] = m
		} else if first.id != m.id && (g.idNumber == "" || first.group.idNumber == "") {
			r.warn(m.row, "owner", "namesake", fault.Args{"Name": m.name, "Other": first.row.N})
		}
	}
}

// persons are the entries of all people, each once. A blank cell never takes away what is known of somebody.
func (r *reader) persons() []register.Entry {
	byID := map[string]*register.Entry{}
	var ids []string
	for _, m := range r.mentions {
		e, ok := byID[m.id]
		if !ok {
			e = &register.Entry{
				ID: act.RowID{Register: r.makes["person"], ID: m.id}, Parent: r.in.Compound, Row: m.row.N,
				Values: map[string]any{"name": m.name}, Defaults: map[string]any{"confirmed": false},
			}
			byID[m.id] = e
			ids = append(ids, m.id)
		}
		if m.idNumber != "" {
			e.Values["id_number"], e.Values["confirmed"] = m.idNumber, true
		}
		switch known, _ := e.Values["phone"].(string); {
		case m.phone == "":
		case known == "":
			e.Values["phone"] = m.phone
		case known != m.phone:
			r.warn(m.row, "phone", "phone_differs", fault.Args{"Name": m.name, "Other": e.Row})
		}
	}
	r.out.People = len(ids)
	slices.Sort(ids)
	list := make([]register.Entry, len(ids))
	for i, id := range ids {
		list[i] = *byID[id]
	}
	return list
}
