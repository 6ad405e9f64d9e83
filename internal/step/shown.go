package step

import (
	"fmt"
	"slices"

	"gongzhi/internal/exact"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Shown puts public answers, as they stand in an act's body, into words under their questions. What was not answered
// is left out; files are shown by name, because the page that links them knows where they are kept.
func Shown(fs Fields, open map[string]any) []page.Fact {
	var out []page.Fact
	for _, f := range fs {
		if v, ok := open[f.Key]; ok && f.Audience == Public {
			out = append(out, page.Fact{Term: f.Label.Words(), Value: f.shown(v)})
		}
	}
	return out
}

func (f Field) shown(v any) text.Words {
	switch f.Type {
	case ChoiceType, ManyType:
		return f.options(v)
	case YesType:
		if v == true {
			return text.Key("value.yes")
		}
		return text.Key("value.no")
	case AreaType:
		return text.Key("value.area", "Area", exact.Area(whole(v)).Grouped())
	case MoneyType:
		return text.Key("value.money", "Money", exact.Money(whole(v)).Grouped())
	case FileType:
		list, _ := v.([]any)
		words := text.Words{}
		for _, x := range list {
			one, _ := x.(map[string]any)
			words = Joined(words, text.Plain(fmt.Sprint(one["name"])))
		}
		return words
	case CountType:
		return text.Plain(fmt.Sprint(whole(v)))
	case LineType, TextType, DateType, InstantType, PhoneType, RowType, PersonType, PointType:
	}
	return text.Plain(fmt.Sprint(v))
}

func (f Field) options(v any) (words text.Words) {
	chosen := []any{v}
	if list, ok := v.([]any); ok {
		chosen = list
	}
	for _, c := range chosen {
		if i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Value == c }); i >= 0 {
			words = Joined(words, f.Options[i].Label.Words())
		}
	}
	return words
}

// Joined puts two words side by side; either may be empty.
func Joined(a, b text.Words) text.Words {
	if a.IsZero() {
		return b
	}
	if b.IsZero() {
		return a
	}
	return text.Key("value.and", "First", a, "Then", b)
}

// whole reads a number of a body, which JSON may have turned into a float; all of them are below 2^53.
func whole(v any) int64 {
	switch v := v.(type) {
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return 0
}
