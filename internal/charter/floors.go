package charter

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gongzhi/internal/method"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/meeting"
	"gongzhi/internal/step/notice"
	secretballot "gongzhi/internal/step/secret_ballot"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// A charter writes its own rule files, and could write a lower number under the name of a law. The thresholds of the law
// itself therefore lie here, as files of the same form, and every charter is held against them: by the matter and the time for
// owners' decisions, which no subdistrict can take out of the law, and by the citation for bodies that decide by heads and for
// how long something hangs.

//go:embed floors/*.yaml
var floorFiles embed.FS

// floors are those thresholds.
type floors struct {
	owners   []vote.Profile
	meetings []meetingFloor
	notices  []noticeFloor
}

// meetingFloor is what a law asks of whoever decides under it.
type meetingFloor struct {
	Cites []string      `yaml:"cites"` // texts that all stand in the basis of a rule that claims this law
	Rule  vote.HeadRule `yaml:"rule"`
}

// noticeFloor is how long a law has something hang.
type noticeFloor struct {
	Cites []string  `yaml:"cites"`
	Days  step.Span `yaml:"days"`
	Basis string    `yaml:"basis"`
}

// cited tells whether all the texts stand in a citation.
func cited(in string, texts []string) bool {
	return !slices.ContainsFunc(texts, func(words string) bool { return !strings.Contains(in, words) })
}

// theFloors reads the files once. They are part of the program, so a fault in them is one of ours.
var theFloors = sync.OnceValue(func() (f floors) {
	list, err := floorFiles.ReadDir("floors")
	if err != nil {
		panic(err)
	}
	for _, e := range list {
		raw, err := floorFiles.ReadFile("floors/" + e.Name())
		if err != nil {
			panic(err)
		}
		n, faults := source.Parse(e.Name(), raw)
		if len(faults) == 0 {
			faults = f.read(n)
		}
		if len(faults) > 0 {
			panic(fmt.Sprint("charter: floors: ", faults))
		}
	}
	return f
})

func (f *floors) read(n source.Node) []source.Fault {
	if _, meetings := n.Get("floors"); meetings {
		var file struct {
			Floors []meetingFloor `yaml:"floors"`
		}
		faults := n.Decode(&file)
		f.meetings = file.Floors
		return faults
	}
	if _, notices := n.Get("notices"); notices {
		var file struct {
			Notices []noticeFloor `yaml:"notices"`
		}
		faults := n.Decode(&file)
		f.notices = file.Notices
		return faults
	}
	p, faults := vote.ReadProfile(n)
	f.owners = append(f.owners, p)
	return faults
}

// lowered holds a rule file against every law that was in force while it is.
func (l *loader) lowered(n source.Node, p vote.Profile) {
	for _, law := range theFloors().owners {
		if !law.Until.IsZero() && p.InForce.Compare(law.Until) > 0 || !p.Until.IsZero() && law.InForce.Compare(p.Until) > 0 {
			continue
		}
		for _, key := range p.Keys() {
			r, _ := p.Rule(key)
			for i, matter := range r.Matters {
				statute, known := law.For(matter)
				if !known {
					l.error(n.At(key, "matters", i), "rules.no_matter", text.Args{"Matter": matter, "Basis": law.Basis, "Matters": strings.Join(law.Matters(), ", ")})
				} else if !r.NoWeaker(statute) {
					l.error(n.At(key), "rules.lowered", text.Args{"Rule": r.Name(), "Matter": matter, "Basis": statute.Basis})
					break // once for the rule: what else it decides is lowered with it
				}
			}
		}
	}
}

// claims holds a rule by heads against the law that its basis cites.
func (l *loader) claims(place source.Place, r vote.HeadRule) {
	for _, law := range theFloors().meetings {
		if cited(r.Basis, law.Cites) && !r.NoWeaker(law.Rule) {
			l.error(place, "rules.lowered_heads", text.Args{"Basis": law.Rule.Basis})
		}
	}
}

// stepRules holds what a method's steps say against the laws that they cite.
func (l *loader) stepRules(m *method.Method) {
	for _, p := range m.List {
		switch s := p.Step.(type) {
		case *meeting.Meeting:
			for i, b := range s.Bodies {
				l.claims(p.Node.At("bodies", i, "rule"), b.Rule)
			}
		case *secretballot.Ballot:
			l.claims(p.Node.At("rule"), s.Rule)
		case *notice.Notice:
			for _, law := range theFloors().notices {
				if cited(s.Minimum.Law, law.Cites) && (s.Minimum.Days.Unit != law.Days.Unit || s.Minimum.Days.N < law.Days.N) {
					l.error(p.Node.At("minimum"), "rules.lowered_days", text.Args{"Days": law.Days.Words(), "Basis": law.Basis})
				}
			}
		}
	}
}
