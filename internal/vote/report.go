package vote

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gongzhi/internal/exact"
)

// Report is the result of one item in the form that the offline count prints and the public files hold: areas are
// texts in m² with two decimals, heads are integers. Lists are never null.
type Report struct {
	Outcome  Outcome         `json:"outcome"`
	Area     ReportArea      `json:"area"`
	Heads    ReportHeads     `json:"heads"`
	Invalid  []ReportInvalid `json:"invalid"`
	Disputed []ReportDispute `json:"disputed"`
	Checks   []ReportCheck   `json:"checks"`
}

// ReportArea is one axis of a Report.
type ReportArea struct {
	Total        string `json:"total"`
	Participated string `json:"participated"`
	Yes          string `json:"yes"`
	No           string `json:"no"`
	Abstain      string `json:"abstain"`
}

// ReportHeads is the other.
type ReportHeads struct {
	Total        uint64 `json:"total"`
	Participated uint64 `json:"participated"`
	Yes          uint64 `json:"yes"`
	No           uint64 `json:"no"`
	Abstain      uint64 `json:"abstain"`
}

// ReportInvalid is a ballot that does not count for the item.
type ReportInvalid struct {
	Ballot BallotID `json:"ballot_id"`
	Reason Reason   `json:"reason"`
}

// ReportDispute is a head that contradicts itself, by those of its parts that carry a choice.
type ReportDispute struct {
	Parts []PartID `json:"parts"`
}

// ReportCheck is one comparison of exact numbers: met when left is at least right, or above it where the share is
// "over". Left is the denominator of the share times what was reached, right its numerator times the whole.
type ReportCheck struct {
	Name  string  `json:"name"`
	Left  Product `json:"left"`
	Right Product `json:"right"`
	Met   bool    `json:"met"`
}

// Product is one side of a comparison: m² with two decimals, which JSON holds as a text, or a number of heads, which
// it holds as a number.
type Product string

// MarshalJSON writes "2310.00" for an area and 12 for heads.
func (p Product) MarshalJSON() ([]byte, error) {
	if strings.Contains(string(p), ".") {
		return json.Marshal(string(p))
	}
	return []byte(p), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Product) UnmarshalJSON(raw []byte) error {
	*p = Product(strings.Trim(string(raw), `"`))
	return nil
}

// Report gives the result of one item; ok is false where the count has no such item. Where several rules apply the
// checks of all are listed, in order.
func (n Count) Report(id ItemID) (Report, bool) {
	it, ok := n.Item(id)
	if !ok {
		return Report{}, false
	}
	r := Report{
		Outcome:  it.Outcome,
		Area:     ReportArea{it.Total.Area.String(), it.Cast.Area.String(), it.Yes.Area.String(), it.No.Area.String(), it.Abstain.Area.String()},
		Heads:    ReportHeads{it.Total.Heads, it.Cast.Heads, it.Yes.Heads, it.No.Heads, it.Abstain.Heads},
		Invalid:  []ReportInvalid{},
		Disputed: []ReportDispute{},
		Checks:   []ReportCheck{},
	}
	for _, i := range n.Invalid {
		if i.Item == "" || i.Item == id {
			r.Invalid = append(r.Invalid, ReportInvalid{i.Ballot, i.Reason})
		}
	}
	for _, d := range n.Disputed {
		if d.Item == id {
			r.Disputed = append(r.Disputed, ReportDispute{d.Parts})
		}
	}
	for _, v := range it.Verdicts {
		for _, c := range v.Checks {
			left, right := c.Products()
			r.Checks = append(r.Checks, ReportCheck{c.Name, Product(left), Product(right), c.Met})
		}
	}
	return r, true
}

// Masked is the report as the public record may hold it: which flat's owners disagree is nobody's business, so the parts of
// a head in dispute are numbered within the list. Ballots keep their numbers, which name nobody and by which their
// holders find them.
func (r Report) Masked() Report {
	heads := make([]ReportDispute, len(r.Disputed))
	for i, d := range r.Disputed {
		heads[i].Parts = make([]PartID, len(d.Parts))
		for j := range d.Parts {
			heads[i].Parts[j] = PartID(fmt.Sprintf("%d.%d", i+1, j+1))
		}
	}
	r.Disputed = heads
	return r
}

// Prove works a report out again from its own figures: who agreed is taken as it stands, what follows from it under the
// rules of the item is not. total is that of the roll. It says the first thing that does not follow, or nil.
func (r Report) Prove(item Item, total Sides) error {
	it := ItemCount{Item: item.ID, Total: total}
	for _, side := range []struct {
		name  string
		into  *Sides
		area  string
		heads uint64
	}{
		{"total", new(Sides), r.Area.Total, r.Heads.Total}, {"participated", &it.Cast, r.Area.Participated, r.Heads.Participated},
		{"yes", &it.Yes, r.Area.Yes, r.Heads.Yes}, {"no", &it.No, r.Area.No, r.Heads.No}, {"abstain", &it.Abstain, r.Area.Abstain, r.Heads.Abstain},
	} {
		area, err := exact.ParseArea(side.area)
		if err != nil || area.String() != side.area {
			return fmt.Errorf("vote: %s: %q is no area", side.name, side.area)
		}
		if *side.into = (Sides{area, side.heads}); side.name == "total" && *side.into != total {
			return fmt.Errorf("vote: the report is over %s m² and %d heads, the roll has %s and %d", area, side.heads, total.Area, total.Heads)
		}
	}
	if sum := it.Yes.plus(it.No).plus(it.Abstain); sum != it.Cast {
		return fmt.Errorf("vote: yes, no and abstain are %s m² and %d heads, but %s and %d took part", sum.Area, sum.Heads, it.Cast.Area, it.Cast.Heads)
	}
	if it.Cast.Area > total.Area || it.Cast.Heads > total.Heads {
		return fmt.Errorf("vote: more took part than are on the roll")
	}
	it.judge(item, false)
	again, _ := Count{Figures: Figures{Items: []ItemCount{it}}}.Report(item.ID)
	if again.Outcome != r.Outcome {
		return fmt.Errorf("vote: by its figures the outcome is %s, the report says %s", again.Outcome, r.Outcome)
	}
	if !slices.Equal(again.Checks, r.Checks) {
		return fmt.Errorf("vote: the comparisons do not follow from the figures")
	}
	return nil
}
