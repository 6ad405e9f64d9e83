package ballot_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/step/steptest"
)

func with(s step.Submission, files ...string) step.Submission {
	for _, name := range files {
		s.Files[name] = []step.File{{Name: name + ".jpg", Type: "image/jpeg", Size: 1, Hash: act.Sum([]byte(name))}}
	}
	return s
}

func set(s step.Submission, pairs ...string) step.Submission {
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = append(s.Values[pairs[i]], pairs[i+1])
	}
	return s
}

// typed has a paper read alike by both clerks.
func typed(t *testing.T, m *steptest.Sim, no int, s step.Submission) {
	t.Helper()
	must(t, m.Submit(clerk1, with(s, "scan")))
	second := step.Submission{Verb: "verify", Item: fmt.Sprint(no), Values: map[string][]string{}}
	for k, v := range s.Values {
		if k != "received" && k != "mandate_date" {
			second.Values[k] = v
		}
	}
	must(t, m.Submit(clerk2, second))
}

// invalid lists what the count says against ballots on the first question: "paper-1 late".
func invalid(t *testing.T, m *steptest.Sim) (out []string) {
	t.Helper()
	for _, a := range m.Acts {
		if a.Kind != "ballot.counted" {
			continue
		}
		var body struct {
			Items []struct {
				Invalid []struct {
					Ballot string `json:"ballot_id"`
					Reason string `json:"reason"`
				} `json:"invalid"`
			} `json:"items"`
		}
		must(t, json.Unmarshal(a.Body, &body))
		for _, x := range body.Items[0].Invalid {
			out = append(out, x.Ballot+" "+x.Reason)
		}
	}
	return out
}

// Nothing that came in is dropped: each paper that does not count is in the count, with its reason.
func TestEveryPaperThatDoesNotCountIsListed(t *testing.T) {
	tests := []struct {
		name  string
		paper step.Submission
		want  string
	}{
		{"late", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-13 00:00"), "paper-1 late"},
		{"in the last minute", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-12 23:59"), ""},
		{"unsigned", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-04 10:00"), "paper-1 unsigned"},
		{"nobody can tell whose", set(paperOf("enter", "", "", "yes"), "received", "2026-03-04 10:00"), "paper-1 unknown_part"},
		{"a parking space", set(paperOf("enter", "", "u02", "yes"), "received", "2026-03-04 10:00"), "paper-1 excluded_space"},
		{"marked so that nobody can tell", set(paperOf("enter", "", "u01", "spoiled"), "received", "2026-03-04 10:00"), "paper-1 spoiled"},
		{"by mandate, after it was taken back", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-06 10:00", "holder", "zhou"), "paper-1 no_mandate"},
		{"by mandate, before it was taken back", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-04 10:00", "holder", "zhou"), ""},
		{"by a mandate written afterwards", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-08 10:00", "holder", "zhou", "mandate_date", "2026-03-07"), ""},
		{"by a mandate for the other question", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-04 10:00", "holder", "zhou", "covers", "fund"), "paper-1 out_of_mandate"},
		{"by a mandate for this question", set(paperOf("enter", "", "u01", "yes"), "received", "2026-03-04 10:00", "holder", "zhou", "covers", "renovate"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := world(t, 2)
			w.Book[2].Values["kind"] = "special_space"
			m := open(t, w)
			m.Until(at(t, "2026-03-05 10:00"))
			must(t, m.Submit(owner(1), sub("revoke", "")))
			m.Until(at(t, "2026-03-13 10:00"))
			if tt.name == "unsigned" {
				tt.paper.Values["signed"] = []string{"no"}
			}
			if tt.paper.Value("part") == "" {
				delete(tt.paper.Values, "part")
			}
			typed(t, m, 1, with(tt.paper, map[bool][]string{true: {"mandate"}}[tt.paper.Value("holder") != ""]...))
			m.Until(at(t, "2026-03-20 00:00"))
			if got := strings.Join(invalid(t, m), ", "); got != tt.want {
				t.Errorf("the count lists %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAStationIsAChannelOfItsOwn(t *testing.T) {
	m := open(t, world(t, 1), "precedence: [paper, online]", "precedence: [station, online, paper]")
	m.Until(at(t, "2026-03-04 10:00"))
	typed(t, m, 1, set(paperOf("enter", "", "u01", "no"), "station", "hall"))
	must(t, vote1(m, owner(1), "yes")) // later and stronger than a paper, and still weaker than the station
	m.Until(at(t, "2026-03-20 00:00"))
	if end, _ := m.Ended(); end.Outcome != "not_passed" || !reflect.DeepEqual(invalid(t, m), []string{"online-2 superseded"}) {
		t.Errorf("ended %+v, the count lists %v", end, invalid(t, m))
	}
}

// Only the owner takes a mandate back, and only the owner's own.
func TestWhoRevokes(t *testing.T) {
	w := world(t, 2)
	w.Book[2].Values["owners"] = []string{"person/buyer"}
	m := open(t, w)
	if r, _ := fault.As(m.Submit(owner(2), sub("revoke", ""))); r == nil || r.Code != "ballot.not_voter" {
		t.Errorf("who sold the flat took back the buyer's mandate: %v", r)
	}
	must(t, m.Submit(clerk1, with(sub("revoke_paper", "", "part", "u02"), "revocation")))
}

func TestAVoidPaperHasItsReason(t *testing.T) {
	m := open(t, world(t, 2))
	m.Until(at(t, "2026-03-04 10:00"))
	must(t, m.Submit(clerk1, with(paperOf("enter", "", "u01", "yes"), "scan")))
	typist := steptest.Who{Person: "c1", Role: "supervisor"}
	if err := m.Submit(typist, sub("void", "1", "reason", "torn")); !fault.Is(err, fault.Denied) {
		t.Errorf("who typed it in made it void: %v", err)
	}
	if err := m.Submit(supervisor, sub("void", "1")); !fault.Is(err, fault.Invalid) {
		t.Errorf("void without a reason: %v", err)
	}
	must(t, m.Submit(supervisor, sub("void", "1", "reason", "torn")))
	p := m.Step.(step.OnPaper).Papers(m.View())
	if len(p.Entered) != 1 || !p.Entered[0].Void || p.Entered[0].Reason != "torn" {
		t.Errorf("papers %+v", p.Entered)
	}
	m.Until(at(t, "2026-03-20 00:00"))
	if got := invalid(t, m); !reflect.DeepEqual(got, []string{"paper-1 spoiled"}) {
		t.Errorf("the count lists %v", got)
	}
}

// 指导规则 art. 22: handed over, by mail, or posted for those whom nobody met; each with its proof.
func TestDelivery(t *testing.T) {
	tests := []struct {
		name  string
		ways  []string // the last is looked at
		proof bool
		want  string // the field at fault
	}{
		{"handed over with a signature", []string{"hand"}, true, ""},
		{"handed over without", []string{"hand"}, false, "delivery_proof"},
		{"nobody met needs none", []string{"unreachable"}, false, ""},
		{"posted after nobody was met", []string{"unreachable", "posted"}, true, ""},
		{"posted after it was refused", []string{"refused", "posted"}, true, ""},
		{"posted without a visit", []string{"posted"}, true, "way"},
		{"posted for one who has it", []string{"hand", "posted"}, true, "way"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := open(t, world(t, 2))
			for i, way := range tt.ways {
				s := sub("deliver", "", "part", "u01", "way", way)
				if tt.proof {
					s = with(s, "delivery_proof")
				}
				err := m.Submit(clerk1, s)
				if i < len(tt.ways)-1 {
					must(t, err)
					continue
				}
				r, _ := fault.As(err)
				if got := r != nil; got != (tt.want != "") || got && r.Fields[0].Name != tt.want {
					t.Fatalf("%s: %v, want a fault of %q", way, err, tt.want)
				}
			}
			d, noted := m.Step.(step.OnPaper).Papers(m.View()).Delivered["u01"]
			if want := tt.want == "" || len(tt.ways) > 1; noted != want || noted && d.Done == (d.Way == "unreachable") {
				t.Errorf("delivery %+v, noted %v", d, noted)
			}
		})
	}
}

func TestTheLogOfABox(t *testing.T) {
	m := open(t, world(t, 2))
	line := func(verb, seal, papers, witnesses string) step.Submission {
		s := sub(verb, "", "box", "1", "box_place", "hall", "seal", seal, "witnesses", witnesses)
		if papers != "" {
			s.Values["box_papers"] = []string{papers}
		}
		return s
	}
	for _, tt := range []struct {
		name string
		s    step.Submission
		want string
	}{
		{"opened before it was sealed", line("box_opened", "A1", "0", "甲\n乙"), "box"},
		{"sealed before one witness", line("box_sealed", "A1", "", "甲"), "witnesses"},
		{"sealed before two", line("box_sealed", "A1", "", "甲\n乙"), ""},
		{"sealed again", line("box_sealed", "A2", "", "甲\n乙"), "box"},
		{"opened with another seal on it", line("box_opened", "A9", "3", "甲\n乙"), "seal"},
		{"opened", line("box_opened", "A1", "3", "甲\n乙"), ""},
	} {
		r, _ := fault.As(m.Submit(clerk1, tt.s))
		if got := r != nil; got != (tt.want != "") || got && r.Fields[0].Name != tt.want {
			t.Errorf("%s: %+v, want a fault of %q", tt.name, r, tt.want)
		}
	}
	boxes := m.Step.(step.OnPaper).Papers(m.View()).Boxes
	if len(boxes) != 2 || boxes[0].Opened || !boxes[1].Opened || boxes[1].Papers != 3 || boxes[1].Witnesses != 2 {
		t.Errorf("log %+v", boxes)
	}
	if body := string(m.Acts[len(m.Acts)-1].Body); strings.Contains(body, "甲") {
		t.Errorf("a witness is named in public: %s", body)
	}
}

// piles is a count by hand: so many papers agree and oppose, to both questions alike.
func piles(yes, no string) step.Submission {
	s := sub("recount", "")
	for _, it := range []string{"renovate", "fund"} {
		set(s, it+"_yes", yes, it+"_no", no, it+"_abstain", "0", it+"_spoiled", "0")
	}
	return s
}

// The papers are counted by hand before the vote is. Where the piles say otherwise the record says where, a paper is
// read again, and only then is there a result.
func TestTheCountByHandMustAgree(t *testing.T) {
	m := opened(t, world(t, 3))
	m.Until(at(t, "2026-03-04 10:00"))
	for i, c := range []string{"yes", "yes", "yes"} {
		typed(t, m, i+1, paperOf("enter", "", fmt.Sprintf("u%02d", i+1), c))
	}
	m.Until(at(t, "2026-03-20 00:00"))
	if _, ended := m.Ended(); ended {
		t.Fatal("counted before the papers were counted by hand")
	}
	if err := m.Submit(steptest.Who{Person: "c1", Role: "supervisor"}, piles("3", "0")); !fault.Is(err, fault.Denied) {
		t.Errorf("who typed them in counted them: %v", err)
	}
	correct := set(sub("correct", "", "paper_no", "3", "decision", "count", "reason", "read anew"), "part", "u03", "signed", "yes", "renovate", "no", "fund", "no")
	if err := m.Submit(supervisor, correct); !fault.Is(err, fault.Closed) {
		t.Errorf("a paper corrected although nothing differs: %v", err)
	}
	must(t, m.Submit(supervisor, piles("2", "1")))
	if _, ended := m.Ended(); ended {
		t.Fatal("counted although the piles differ")
	}
	got := m.Step.(step.OnPaper).Papers(m.View()).Recounts[0].Differences
	if len(got) != 4 || got[0].Item != "renovate" || got[0].Hand != 2 || got[0].Typed != 3 || got[1].Hand != 1 || got[1].Typed != 0 {
		t.Errorf("differs at %+v", got)
	}
	must(t, m.Submit(supervisor, correct))
	must(t, m.Submit(steptest.Who{Person: "qian", Role: "supervisor"}, piles("2", "1"))) // who read a paper anew does not count either
	end, ended := m.Ended()
	if !ended || end.Facts["renovate_yes_heads"] != float64(2) || end.Facts["cast_heads"] != float64(3) {
		t.Errorf("ended %+v", end)
	}
}

func TestWithoutPapersNothingIsCountedByHand(t *testing.T) {
	if end := run(t, opened(t, world(t, 3)), 3, 0, 0); end.Outcome != "passed" {
		t.Errorf("ended %+v", end)
	}
}

// Made void after the count by hand, the last paper leaves nothing to count by hand, and the vote is counted with it
// listed once.
func TestTheLastPaperMadeVoid(t *testing.T) {
	m := opened(t, world(t, 2))
	m.Until(at(t, "2026-03-04 10:00"))
	typed(t, m, 1, paperOf("enter", "", "u01", "yes"))
	m.Until(at(t, "2026-03-20 00:00"))
	must(t, m.Submit(supervisor, piles("0", "1")))
	must(t, m.Submit(supervisor, sub("correct", "", "paper_no", "1", "decision", "void", "reason", "no mark")))
	end, ended := m.Ended()
	if !ended || end.Facts["cast_heads"] != float64(0) || !reflect.DeepEqual(invalid(t, m), []string{"paper-1 spoiled"}) {
		t.Errorf("ended %+v, the count lists %v", end, invalid(t, m))
	}
}
