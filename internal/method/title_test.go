package method

import (
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
	"gongzhi/internal/text"
)

// A title names rows by their names and choices by their words, in both languages, and takes a line as it was written.
func TestTitle(t *testing.T) {
	m := &Method{
		Title: text.Text{ZH: "{subject}：{kind}，{way}，{where}", EN: "{kind}, {way}, {where}, {subject}"},
		Start: Start{Fields: step.Fields{
			{Key: "where", Type: step.LineType},
			{Key: "kind", Type: step.RowType, Register: "category"},
			{Key: "way", Type: step.ChoiceType, Options: []step.Option{{Value: "a", Label: text.Text{ZH: "热线", EN: "By hotline"}}}},
		}},
	}
	c := Context{Now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), Book: steptest.Book{register.Row{ID: act.RowID{Register: "category", ID: "7"}, Name: "暴露垃圾"}}}
	got, err := m.title(c, "演示社区", map[string]any{"kind": "7", "way": "a", "where": "{way} 演示路1号"})
	want := text.Text{ZH: "演示社区：暴露垃圾，热线，{way} 演示路1号", EN: "暴露垃圾, By hotline, {way} 演示路1号, 演示社区"}
	if err != nil || got != want {
		t.Errorf("%v %+v, want %+v", err, got, want)
	}
}
