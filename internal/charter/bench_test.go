package charter_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"gongzhi/internal/charter"
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
