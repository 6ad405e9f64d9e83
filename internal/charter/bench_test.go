package charter_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"
	"time"

	"gongzhi/internal/charter"
	"gongzhi/internal/step"
)

// BenchmarkCheck30 reads and proves a charter of 30 methods, as `gongzhi check` does: the registers, rules, calendar
// and words of Linshanzhai with one of its methods thirty times. It has to stay under a second.
func BenchmarkCheck30(b *testing.B) {
	files := map[string][]byte{}
	dir := os.DirFS("../../charters/linshanzhai")
	for _, name := range []string{
		"charter.yaml", "roles.yaml", "registers/community.yaml", "registers/compound.yaml", "registers/building.yaml",
		"registers/part.yaml", "registers/person.yaml", "registers/unit.yaml", "rules/owners_civil_code_2021.yaml",
		"rules/owners_property_law_2007.yaml", "calendars/state_council.yaml", "calendars/office_hours.yaml",
	} {
		raw, err := readAll(dir, name)
		if err != nil {
			b.Fatal(err)
		}
		files[name] = raw
	}
	method, err := readAll(dir, "methods/compound_head.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 30 {
		key := fmt.Sprintf("method_%02d", i)
		files["methods/"+key+".yaml"] = bytes.Replace(method, []byte("method: compound_head"), []byte("method: "+key), 1)
	}
	b.ReportMetric(30, "methods")
	for b.Loop() {
		c, findings, err := charter.Load(folder(files))
		if err != nil || charter.Broken(findings) || len(c.Methods) != 30 {
			b.Fatal(err, findings)
		}
	}
}

// tangle is a method in which every step may go on, back by one, or back to the first, with bounds on every step but
// the last: far more ways than any real method has.
func tangle(steps int) []byte {
	var b bytes.Buffer
	b.WriteString(`method: tangle
name: { zh: 缠, en: Tangle }
says: { zh: 缠。, en: Tangle. }
subject: compound
title: { zh: 缠, en: Tangle }
start: { by: [worker] }
results: { done: { zh: 完, en: Done } }
`)
	b.WriteString("visits:\n")
	for i := range steps {
		fmt.Fprintf(&b, "  s%d: { most: 3, then: end done }\n", i)
	}
	b.WriteString("requires:\n")
	for i := 1; i < steps; i++ {
		fmt.Fprintf(&b, "  s%d: [s%d.on]\n", i, i-1)
	}
	b.WriteString("steps:\n")
	for i := range steps {
		next := fmt.Sprintf("s%d", i+1)
		if i == steps-1 {
			next = "end done"
		}
		fmt.Fprintf(&b, `  s%d:
    kind: form
    name: { zh: 步, en: Step }
    within: 1 days
    by: [worker]
    decide: way
    fields:
      - key: way
        label: { zh: 去向%d, en: Way %d }
        type: choice
        required: true
        audience: public
        options:
          - { value: on, label: { zh: 往下, en: "On" } }
          - { value: back, label: { zh: 退一步, en: Back } }
          - { value: anew, label: { zh: 重来, en: Anew } }
    next: { on: %s, back: s%d, anew: s0 }
`, i, i, i, next, max(0, i-1))
	}
	return b.Bytes()
}

// However its author ties a method up, the check ends soon.
func TestTangledMethodsAreQuick(t *testing.T) {
	for _, steps := range []int{4, 5, 9, 10, 40} {
		files := base(t)
		files["methods/tangle.yaml"] = tangle(steps)
		done := make(chan []step.Finding, 1)
		go func() {
			_, findings, _ := charter.Load(folder(files))
			done <- findings
		}()
		select {
		case findings := <-done:
			if charter.Broken(findings) {
				t.Errorf("%d steps: %v", steps, said(findings))
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%d steps are still not checked after 20 s", steps)
		}
	}
}
