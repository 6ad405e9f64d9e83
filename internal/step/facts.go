package step

import "gongzhi/internal/expr"

// Facts are the types of the public answers, for conditions. Sealed answers tell conditions nothing, and files are no
// values.
func (fs Fields) Facts() map[string]expr.Type {
	out := map[string]expr.Type{}
	for _, f := range fs {
		if f.Audience != Public || f.Type == FileType {
			continue
		}
		switch f.Type {
		case YesType:
			out[f.Key] = expr.Bool
		case CountType, AreaType, MoneyType:
			out[f.Key] = expr.Int
		case ManyType:
			out[f.Key] = expr.Texts
		case LineType, TextType, ChoiceType, DateType, InstantType, PhoneType, RowType, PersonType, PointType, FileType:
			out[f.Key] = expr.Text
		}
	}
	return out
}

// Facts are the answers that conditions may use, as declared by [Fields.Facts].
func (a Answers) Facts(fs Fields) map[string]any {
	out := map[string]any{}
	for key := range fs.Facts() {
		if v, ok := a.Open[key]; ok {
			out[key] = v
		}
	}
	return out
}
