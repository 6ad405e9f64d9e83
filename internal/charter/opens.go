package charter

import (
	"maps"
	"slices"

	"gongzhi/internal/method"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/open"
	"gongzhi/internal/step/patrol"
	"gongzhi/internal/text"
)

// children checks what one method opens of another: that the other is run on such rows, and is told at its start what
// it must be told. A child begins without a person who could be asked.
func (l *loader) children(m *method.Method) {
	for _, p := range m.List {
		if round, ok := p.Step.(*patrol.Patrol); ok && round.Found != nil {
			l.found(m, p, round.Found)
		}
		s, ok := p.Step.(*open.Open)
		if !ok {
			continue
		}
		child, ok := l.c.Methods[s.Method]
		if !ok || child == m {
			continue // the step has said so
		}
		subject := m.Subject
		if s.For.Register != "" {
			subject = s.For.Register
		}
		if child.Subject != subject {
			l.error(p.Node.At("method"), "opens.subject", text.Args{"Method": child.Key, "Wants": child.Subject, "Gets": subject})
		}
		if len(s.Items) == 0 {
			l.told(child, nil, func(string) source.Place { return p.Node.At("method") })
		}
		for i, item := range s.Items {
			l.told(child, item.Facts, func(key string) source.Place { return p.Node.At("items", i, "facts", key) })
		}
	}
}

// found checks what a patrol opens for what is found, as children does.
func (l *loader) found(m *method.Method, p *method.Placed, f *patrol.Found) {
	child, ok := l.c.Methods[f.Method]
	if !ok || child == m {
		return
	}
	if child.Subject != m.Subject {
		l.error(p.Node.At("found", "method"), "opens.subject", text.Args{"Method": child.Key, "Wants": child.Subject, "Gets": m.Subject})
	}
	facts := map[string]any{}
	for key := range f.Tell {
		facts[key] = true
	}
	l.told(child, facts, func(key string) source.Place {
		if _, said := f.Tell[key]; said {
			return p.Node.At("found", "tell", key)
		}
		return p.Node.At("found", "method")
	})
}

// told compares what a child is told with what its start asks.
func (l *loader) told(child *method.Method, facts map[string]any, at func(key string) source.Place) {
	asked := map[string]bool{}
	for _, f := range child.Start.Fields {
		asked[f.Key] = true
		if _, given := facts[f.Key]; f.Required && !given {
			l.error(at(f.Key), "opens.required", text.Args{"Method": child.Key, "Field": f.Key})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(facts)) {
		if !asked[key] {
			l.error(at(key), "opens.unasked", text.Args{"Method": child.Key, "Field": key})
		}
	}
}

// circles reports methods that would open each other without end. The finding stands where the first of them, in order
// of their keys, opens the next.
func (l *loader) circles() {
	told := map[string]bool{}
	for _, key := range l.c.MethodKeys() {
		way := l.opensAgain(key)
		if len(way) < 3 || told[key] { // a method that opens itself is told by the step
			continue
		}
		for _, k := range way {
			told[k] = true
		}
		m := l.c.Methods[key]
		for _, o := range m.Opens() {
			if o.Method == way[1] {
				p, _ := m.Step(o.Step)
				l.list = append(l.list, step.Finding{
					Place: p.Node.At(o.Path...), Severity: step.Error, Code: "opens.circle", Args: text.Args{"Method": key}, Run: way,
				})
				break
			}
		}
	}
}

// opensAgain is the shortest way by which a method comes to open itself, nil where it never does.
func (l *loader) opensAgain(key string) []string {
	seen := map[string]bool{}
	for queue := [][]string{{key}}; len(queue) > 0; queue = queue[1:] {
		way := queue[0]
		m, ok := l.c.Methods[way[len(way)-1]]
		if !ok {
			continue
		}
		for _, o := range m.Opens() {
			next := append(slices.Clone(way), o.Method)
			if o.Method == key {
				return next
			}
			if !seen[o.Method] {
				seen[o.Method] = true
				queue = append(queue, next)
			}
		}
	}
	return nil
}
