package ballot_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
)

// certified is what is checked here of a certificate's data.
type certified struct {
	Outcome string `json:"outcome"`
	Ballots struct {
		Received int        `json:"received"`
		Standing int        `json:"standing"`
		Root     act.Digest `json:"receipts_root"`
	} `json:"ballots"`
	Items []struct {
		Item    string   `json:"item"`
		Failed  []string `json:"failed_rules"`
		Recount string   `json:"recount"`
		Other   []struct {
			Rule     string `json:"rule"`
			Followed bool   `json:"followed"`
			Outcome  string `json:"outcome"`
		} `json:"for_information"`
	} `json:"items"`
}

func certify(t *testing.T, m *steptest.Sim, acts []act.Act) (certified, step.Certificate) {
	t.Helper()
	c, err := m.Step.(step.Certified).Certify(acts)
	must(t, err)
	raw, err := json.Marshal(c.Data)
	must(t, err)
	var d certified
	must(t, json.Unmarshal(raw, &d))
	return d, c
}

func TestCertificate(t *testing.T) {
	m := open(t, world(t, 10), "matter: special", "matter: ordinary", "decides: rebuild", "decides: covenant", "# follows:", "follows:")
	run(t, m, 4, 3, 0) // quorate, four of seven agree; the silent with them would be seven of ten
	d, c := certify(t, m, m.Acts)
	if d.Outcome != "passed" || d.Ballots.Received != 7 || d.Ballots.Standing != 7 {
		t.Errorf("%+v", d)
	}
	item := d.Items[0]
	if len(item.Other) != 2 || item.Other[0].Rule != "owners_property_law_2007#ordinary" || item.Other[0].Outcome != "not_passed" ||
		!item.Other[1].Followed || item.Other[1].Outcome != "passed" {
		t.Errorf("for information: %+v", item.Other)
	}
	if other := d.Items[1].Other; slices.ContainsFunc(other, func(o struct {
		Rule     string `json:"rule"`
		Followed bool   `json:"followed"`
		Outcome  string `json:"outcome"`
	}) bool {
		return o.Followed
	}) {
		t.Errorf("raising funds is never shown as followed: %+v", other)
	}
	i := slices.IndexFunc(c.Files, func(f step.Enclosure) bool { return f.Name == "receipts.txt" })
	if receipts := c.Files[i].Content; act.Sum(receipts) != d.Ballots.Root || strings.Count(string(receipts), "\n") != 7 {
		t.Errorf("the root of the receipts is not that of their file: %s", receipts)
	}
	if counted := m.Acts[len(m.Acts)-2]; counted.Kind != "ballot.counted" || !strings.Contains(string(counted.Body), `"receipts":"`+string(d.Ballots.Root)+`"`) {
		t.Errorf("the count did not fix the root of the receipts: %s", counted.Body)
	}
	if len(c.Files) != 5 || !strings.Contains(item.Recount, "#ordinary --roll renovate-roll.csv") {
		t.Errorf("%d files, %s", len(c.Files), item.Recount)
	}
	if left := step.Certificate(c).Blocks; len(left) < 6 {
		t.Errorf("%d blocks", len(left))
	}
}

// Without the charter's word the ballots are published to nobody; the certificate stands all the same.
func TestCertificateWithoutBallots(t *testing.T) {
	m := open(t, world(t, 9), "publish_ballots: true", "publish_ballots: false")
	run(t, m, 5, 0, 0)
	d, c := certify(t, m, m.Acts)
	if len(c.Files) != 1 || d.Items[0].Recount != "" || d.Outcome != "not_quorate" || len(d.Items[0].Failed) != 1 {
		t.Errorf("%d files, %+v", len(c.Files), d)
	}
}

// A ballot that is put on record behind the count, or taken off it, is not passed over.
func TestCertificateOfOtherBallots(t *testing.T) {
	m := open(t, world(t, 10))
	run(t, m, 6, 1, 0)
	i := slices.IndexFunc(m.Acts, func(a act.Act) bool { return a.Kind == "ballot.cast" })
	for name, acts := range map[string][]act.Act{
		"taken off": slices.Delete(slices.Clone(m.Acts), i, i+1), "put on": slices.Insert(slices.Clone(m.Acts), i, m.Acts[i]),
	} {
		if _, err := m.Step.(step.Certified).Certify(acts); err == nil || !strings.Contains(err.Error(), "not those that had come in") {
			t.Errorf("a ballot %s: %v", name, err)
		}
	}
}

// Which flat's owners disagree is in nobody's reach: neither the act of the count nor what is published names it.
func TestADisputeNamesNoFlat(t *testing.T) {
	w := world(t, 8)
	w.Book[1].Values["owners"] = []string{"person/o01", "person/o99"}
	m := open(t, w)
	spouse := owner(1)
	spouse.Person = "o99"
	must(t, vote1(m, spouse, "no"))
	run(t, m, 6, 0, 0)
	_, c := certify(t, m, m.Acts)
	raw, err := json.Marshal(c.Data)
	must(t, err)
	public := string(raw)
	for _, a := range m.Acts {
		if a.Kind == "ballot.counted" {
			public += string(a.Body)
		}
	}
	for _, f := range c.Files {
		public += string(f.Content)
	}
	if strings.Contains(public, "u01") || !strings.Contains(public, `"disputed":[{"parts":["1.1"]}]`) {
		t.Errorf("the public is told %s", public)
	}
	if d := m.Step.(step.Discreet).Discreet(); !slices.Contains(d, "ballot.represented") {
		t.Errorf("who was named to speak for a flat is told: %v", d)
	}
}

// A certificate is of what the acts say: where a ballot was changed afterwards there is none.
func TestCertificateOfAnotherRecord(t *testing.T) {
	m := open(t, world(t, 10))
	run(t, m, 6, 1, 0)
	acts := slices.Clone(m.Acts)
	for i, a := range acts {
		if a.Kind == "ballot.cast" {
			acts[i].Body = json.RawMessage(strings.Replace(string(a.Body), `"yes"`, `"no"`, 1))
			break
		}
	}
	if _, err := m.Step.(step.Certified).Certify(acts); err == nil || !strings.Contains(err.Error(), "does not give its count") {
		t.Errorf("%v", err)
	}
	if _, err := m.Step.(step.Certified).Certify(m.Acts[:len(m.Acts)-3]); err == nil {
		t.Error("a vote that has not ended has a certificate")
	}
}
