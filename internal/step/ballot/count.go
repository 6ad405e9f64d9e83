package ballot

import (
	"bytes"
	"fmt"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/exact"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

type countedBody struct {
	Root     act.Digest `json:"root"`
	Receipts act.Digest `json:"receipts"` // root of the ballots that had come in
	Profile  string     `json:"profile"`
	Rules    []string   `json:"rules"`
	Clause   string     `json:"clause"`
	Items    []itemBody `json:"items"`
}

type itemBody struct {
	Item string `json:"item"`
	vote.Report
}

// count makes the certificate from every ballot anew and ends the step. more is a paper that this very act resolves.
// What the running tally shows must be the same; if it ever were not, nothing is published and we hear of it.
func (st *state) count(more []vote.Ballot) ([]act.Draft, error) {
	ballots := append(slices.Clone(st.Ballots), more...)
	result, err := st.Terms.Close(st.Roll, ballots)
	if err != nil {
		return nil, fmt.Errorf("ballot: %w", err)
	}
	if len(more) == 0 {
		for i, it := range st.Tally.Figures().Items {
			if c := result.Items[i]; it.Cast != c.Cast || it.Yes != c.Yes || it.No != c.No {
				return nil, fmt.Errorf("ballot: the tally of %s says %v, the count %v", it.Item, it.Yes, c.Yes)
			}
		}
	}
	r := st.Terms.Items[0].Rule
	body := countedBody{Root: st.Root, Receipts: act.Sum(receipts(st.Receipts)), Profile: r.Profile, Clause: r.Basis, Rules: []string{r.Name()}}
	for _, also := range st.Terms.Items[0].Also {
		body.Rules = append(body.Rules, also.Name())
	}
	total, first := result.Total, result.Items[0]
	facts := map[string]any{
		"area": int64(total.Area), "heads": int64(total.Heads), "cast_area": int64(first.Cast.Area), "cast_heads": int64(first.Cast.Heads),
		"profile": r.Profile, "clause": r.Basis, "root": string(st.Root),
	}
	outcome := vote.Passed
	for _, it := range result.Items {
		report, _ := result.Report(it.Item)
		body.Items = append(body.Items, itemBody{string(it.Item), report.Masked()})
		key := string(it.Item)
		facts[key+"_yes_area"], facts[key+"_yes_heads"], facts[key+"_outcome"] = int64(it.Yes.Area), int64(it.Yes.Heads), it.Outcome.String()
		outcome = max(outcome, it.Outcome) // passed, not passed, not quorate: the worst stands for all
	}
	return []act.Draft{{Kind: counted, Clause: "rule", Body: body}, step.End(outcome.String(), facts)}, nil
}

// brought tells whether a ballot came in by that act.
func brought(a act.Act) bool { return a.Kind == cast || a.Kind == entered }

// receipts are the hashes of all ballots that came in, valid or not, one a line and sorted, so that the list does not tell
// who came when. Their root is the SHA-256 of this very text: whoever holds a receipt looks for its line.
func receipts(list []act.Digest) []byte {
	var out bytes.Buffer
	for _, h := range slices.Sorted(slices.Values(list)) {
		out.WriteString(string(h) + "\n")
	}
	return out.Bytes()
}

// Discreet are the acts that tell how one household voted, or that its owners do not agree.
func (b *Ballot) Discreet() []string {
	return []string{cast, entered, verified, differs, settled, delivered, revoked, named}
}

// Left are the parts of heads that have no ballot standing: the doors to knock on while the vote is open.
func (b *Ballot) Left(v step.View) (out []act.RowID) {
	st := v.State.(*state)
	if st.Opened.IsZero() {
		return nil
	}
	for _, l := range st.Roll.Lines() {
		if l.Head != "" && !st.Tally.Voted(l.Head) {
			out = append(out, act.RowID{Register: b.Roll.Register, ID: string(l.ID)})
		}
	}
	return out
}

// Weights are the areas of the parts that have not voted.
func (b *Ballot) Weights(v step.View) map[act.RowID]exact.Area {
	st := v.State.(*state)
	if st.Opened.IsZero() {
		return nil
	}
	out := map[act.RowID]exact.Area{}
	for _, l := range st.Roll.Lines() {
		if l.Head != "" && !st.Tally.Voted(l.Head) {
			out[act.RowID{Register: b.Roll.Register, ID: string(l.ID)}] = l.Area
		}
	}
	return out
}

// castLead tells a voter what becomes of the ballot.
func (b *Ballot) castLead() text.Words {
	if b.PublishBallots {
		return text.Key("ballot.cast_lead_published")
	}
	return text.Key("ballot.cast_lead")
}
