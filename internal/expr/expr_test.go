package expr_test

import (
	"errors"
	"testing"

	"gongzhi/internal/expr"
)

func env(t testing.TB) *expr.Env {
	t.Helper()
	e, err := expr.NewEnv(map[string]expr.Type{
		"subject":  expr.Object(map[string]expr.Type{"eligible": expr.Bool, "mode": expr.Text, "households": expr.Int}),
		"results":  expr.Object(map[string]expr.Type{"solicitation": expr.Object(map[string]expr.Type{"outcome": expr.Text, "answered": expr.Int})}),
		"children": expr.Objects(map[string]expr.Type{"closed": expr.Bool, "result": expr.Text}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

var values = map[string]any{
	"subject":  map[string]any{"eligible": true, "mode": "none", "households": int64(108)},
	"results":  map[string]any{"solicitation": map[string]any{"outcome": "done", "answered": int64(97)}},
	"children": []any{map[string]any{"closed": true, "result": "ok"}, map[string]any{"closed": false, "result": ""}},
}

func TestConditions(t *testing.T) {
	tests := []struct {
		src  string
		want bool
	}{
		{"subject.eligible", true},
		{"results.solicitation.answered * 10 >= subject.households * 9", false},
		{"results.solicitation.answered * 10 >= subject.households * 8", true},
		{"subject.mode in ['none', 'self_managed']", true},
		{"children.all(c, c.closed)", false},
		{"children.exists(c, c.result == 'ok')", true},
	}
	for _, tt := range tests {
		t.Run(tt.src, func(t *testing.T) {
			p, err := env(t).Compile(tt.src, expr.Bool)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := p.Bool(values); err != nil || got != tt.want {
				t.Errorf("= %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestFaultsAreFoundWhenLoaded(t *testing.T) {
	tests := []struct {
		name, src string
		line, col int
	}{
		{"unknown field", "subject.eligable", 1, 8},
		{"unknown name", "matter.x == 1", 1, 1},
		{"another type", "subject.households", 1, 1},
		{"types that do not compare", "subject.households == 'many'", 1, 20},
		{"syntax on the second line", "subject.eligible &&\n  &&", 2, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := env(t).Compile(tt.src, expr.Bool)
			var f *expr.Fault
			if !errors.As(err, &f) || f.Line != tt.line || f.Col != tt.col {
				t.Errorf("got %v, want a fault at %d:%d", err, tt.line, tt.col)
			}
		})
	}
}

// A condition over something not known yet is no "yes" and no "no".
func TestUnknownIsAnError(t *testing.T) {
	p, err := env(t).Compile("results.solicitation.answered > 3", expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Bool(map[string]any{"results": map[string]any{}}); err == nil {
		t.Errorf("got %v without an error", got)
	}
}

func TestCostIsBounded(t *testing.T) {
	big := make([]any, 20_000)
	for i := range big {
		big[i] = map[string]any{"closed": true, "result": ""}
	}
	p, err := env(t).Compile("children.all(c, c.closed)", expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Bool(map[string]any{"children": big}); err == nil {
		t.Error("a condition over 20,000 items ran to its end")
	}
}

func TestNames(t *testing.T) {
	p, err := env(t).Compile("subject.eligible && children.all(c, c.closed)", expr.Bool)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Names(); len(got) != 2 || got[0] != "children" || got[1] != "subject" {
		t.Errorf("Names = %v", got)
	}
}
