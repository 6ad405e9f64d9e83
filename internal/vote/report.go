package vote

import (
	"encoding/json"
	"strings"
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
