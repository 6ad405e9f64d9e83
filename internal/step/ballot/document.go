package ballot

import (
	"gongzhi/internal/act"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// Documents: the resolution of the owners, once the ballot has passed.
func (b *Ballot) Documents(acts []act.Act) ([]step.Document, error) {
	var out []step.Document
	for _, a := range acts {
		if a.Kind != act.Ended {
			continue
		}
		out = nil // of the latest visit
		var e act.Ending
		if err := a.Into(&e); err != nil {
			return nil, err
		}
		if e.Outcome != b.Outcomes()[0] {
			continue
		}
		out = []step.Document{{
			Kind: step.ResolutionPaper, At: a.At, Seq: a.Seq, By: text.Key("official.owners"),
			Body: []page.Para{{Words: text.Key("official.owners_resolved")}, {Words: b.Told(e.Facts)}, {Words: text.Key("official.rule", "Basis", b.Law)}},
		}}
	}
	return out, nil
}
