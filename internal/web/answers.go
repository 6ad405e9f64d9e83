package web

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/charter"
	"gongzhi/internal/exact"
	"gongzhi/internal/method"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// fieldName is what a field of a step is called: by its method, or, where the kind of step asks it itself, by the house.
func fieldName(c *charter.Charter, m *method.Method, key, field string) text.Words {
	if f, ok := question(m, key, field); ok {
		return f.Label.Words()
	}
	if p, ok := m.Step(key); ok {
		if name := p.Step.Shared().Kind + "." + field; c.Texts.Has(text.ZH, name) {
			return text.Key(name)
		}
	}
	return text.Plain(field)
}

func question(m *method.Method, key, field string) (step.Field, bool) {
	fields := m.Questions(key)
	if key == "" {
		fields = slices.Concat(fields, m.BesideFields())
	}
	return fields.Find(field)
}

// note gives the public answers of an act in words, rows by their names: "决议内容：…；图纸份数：12". What answers no question of the step
// is the machine's and is left to those who read the act itself.
func note(book step.Book, m *method.Method, a act.Act) text.Words {
	named := func(f step.Field, v any) any {
		id, ok := v.(string)
		if !ok || f.Type != step.RowType {
			return v
		}
		if row, there, err := book.Row(act.RowID{Register: f.Register, ID: id}, calendar.DateOf(a.At)); there && err == nil && row.Name != "" {
			return row.Name
		}
		return v
	}
	said := text.Text{
		ZH: strings.Join(saidIn(m, a.Step, a.Body, text.ZH, named), "；"),
		EN: strings.Join(saidIn(m, a.Step, a.Body, text.EN, named), "; "),
	}
	return said.Words()
}

// saidIn finds the answers in a body; maps of answers within it are looked into.
func saidIn(m *method.Method, key string, raw json.RawMessage, l text.Lang, named func(step.Field, any) any) []string {
	var body map[string]json.RawMessage
	if json.Unmarshal(raw, &body) != nil {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(body)) {
		f, ok := question(m, key, name)
		if !ok {
			out = append(out, saidIn(m, key, body[name], l, named)...)
			continue
		}
		var v any
		if f.Audience != step.Public || json.Unmarshal(body[name], &v) != nil {
			continue
		}
		colon := "："
		if l == text.EN {
			colon = ": "
		}
		out = append(out, f.Label.In(l)+colon+say(f, named(f, v), l))
	}
	return out
}

// say puts one typed value into words.
func say(f step.Field, v any, l text.Lang) string {
	switch v := v.(type) {
	case string:
		for _, o := range f.Options {
			if o.Value == v {
				return o.Label.In(l)
			}
		}
		return v
	case bool:
		return map[bool]string{true: "✓", false: "✗"}[v]
	case float64: // as JSON gives it; bodies hold integers below 2^53 only
		n := int64(v)
		if f.Type == step.AreaType {
			return exact.Area(n).Grouped() + " ㎡"
		}
		if f.Type == step.MoneyType {
			return "¥ " + exact.Money(n).Grouped()
		}
		return strconv.FormatInt(n, 10)
	case []any:
		list := make([]string, len(v))
		for i, x := range v {
			if file, ok := x.(map[string]any); ok {
				list[i] = fmt.Sprint(file["name"])
				continue
			}
			list[i] = say(f, x, l)
		}
		if l == text.EN {
			return strings.Join(list, ", ")
		}
		return strings.Join(list, "、")
	}
	return fmt.Sprint(v)
}
