package ballot

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
	"gongzhi/internal/vote"
)

// certificate is the data of a step.Certificate: what the vote came to, by which rules, and what to check it by.
type certificate struct {
	Matter  act.Matter `json:"matter"`
	Step    string     `json:"step"`
	Opened  time.Time  `json:"opened"`
	Closes  time.Time  `json:"closes"`
	Counted time.Time  `json:"counted"`
	Outcome string     `json:"outcome"`
	Clause  string     `json:"clause"` // where the charter says by which rule
	Rules   []ruleData `json:"rules"`  // all have to be met
	Roll    rollData   `json:"roll"`
	Ballots ballotData `json:"ballots"`
	Help    *helpData  `json:"help,omitempty"` // where the charter has it recorded
	Items   []itemData `json:"items"`

	receipts []byte
}

type ruleData struct {
	Name string `json:"name"`
	rule
}

type rollData struct {
	Root               act.Digest     `json:"root"`
	Parts              int            `json:"parts"`
	Area               string         `json:"area"`
	Heads              uint64         `json:"heads"`
	Grouping           map[string]int `json:"grouping"`    // parts by the rule that put them under their head
	Sources            map[string]int `json:"area_source"` // parts by the evidence for their area
	CountSpecialSpaces bool           `json:"count_special_spaces"`
	SpacesRule         string         `json:"spaces_rule,omitempty"`
}

type ballotData struct {
	Received        int            `json:"received"`
	Standing        int            `json:"standing"`
	Channels        map[string]int `json:"channels"` // of those that stand
	Precedence      []string       `json:"precedence"`
	ProxyLimit      int            `json:"proxy_limit"`
	Representatives int            `json:"representatives"` // heads whose co-owners have named one of them
	ReceiptsRoot    act.Digest     `json:"receipts_root"`
}

// helpData is how many households were helped to vote, and what the charter's rules list to be looked into. None of it is
// a fault, and it changes no count.
type helpData struct {
	Heads   int       `json:"heads"`
	Online  int       `json:"online"` // of them those whose voter said so online
	Helpers int       `json:"helpers"`
	Most    int       `json:"most"` // heads that one helper helped
	Odd     []oddData `json:"odd"`
}

type oddData struct {
	Of     string    `json:"of"`
	Heads  int       `json:"heads"`
	Within step.Span `json:"within,omitzero"`
	Share  bool      `json:"share,omitempty"`
}

func (b *Ballot) helpOf(st *state) *helpData {
	h := b.help(st)
	if !h.Asked && !h.Watched {
		return nil
	}
	out := &helpData{Heads: h.Heads, Online: h.Online, Helpers: len(h.Helpers), Odd: []oddData{}}
	if len(h.Helpers) > 0 {
		out.Most = h.Helpers[0].Heads
	}
	for _, x := range h.Odd {
		out.Odd = append(out.Odd, oddData{x.Of, x.Heads, x.Within, x.Share})
	}
	return out
}

type itemData struct {
	Item    string      `json:"item"`
	Label   text.Text   `json:"label"`
	Report  vote.Report `json:"report"` // what gongzhi count prints for the files of this item
	Failed  []string    `json:"failed_rules"`
	Command string      `json:"recount,omitempty"`
	Other   []otherData `json:"for_information"`

	count  vote.ItemCount
	sheets vote.Sheets
}

// otherData is what would have been under a law that did not apply, or had the silent followed. It decides nothing.
type otherData struct {
	Rule     string       `json:"rule"`
	Followed bool         `json:"followed"` // the silent are counted with the majority
	Outcome  vote.Outcome `json:"outcome"`
}

// Certify counts the acts of a vote again and says all that it rests on. It fails where the record says anything else.
func (b *Ballot) Certify(acts []act.Act) (step.Certificate, error) {
	c, err := b.certify(acts)
	if err != nil {
		return step.Certificate{}, err
	}
	out := step.Certificate{Data: c, Blocks: b.blocks(c)}
	for _, it := range c.Items {
		if b.PublishBallots {
			out.Files = append(out.Files,
				step.Enclosure{Name: it.Item + "-roll.csv", Words: text.Key("certificate.roll_file"), Note: it.Label.Words(), Type: "text/csv", Content: it.sheets.Roll},
				step.Enclosure{Name: it.Item + "-ballots.csv", Words: text.Key("certificate.ballots_file"), Note: it.Label.Words(), Type: "text/csv", Content: it.sheets.Ballots})
		}
	}
	out.Files = append(out.Files, step.Enclosure{
		Name: "receipts.txt", Words: text.Key("certificate.receipts_file"), Note: text.Key("certificate.receipts_note"), Type: "text/plain", Content: c.receipts,
	})
	return out, nil
}

func (b *Ballot) certify(acts []act.Act) (*certificate, error) {
	var folded any
	var recorded countedBody
	var c certificate
	for _, a := range acts {
		var err error
		if folded, err = b.Fold(folded, a); err != nil {
			return nil, err
		}
		switch a.Kind {
		case opened:
			c.Matter, c.Step, c.Opened = a.Matter, a.Step, a.At
		case counted:
			c.Counted, c.Clause = a.At, a.Basis.Clause
			if err := a.Into(&recorded); err != nil {
				return nil, err
			}
		}
	}
	st, _ := folded.(*state)
	if st == nil || !st.Ended || c.Counted.IsZero() {
		return nil, errors.New("ballot: there is no certificate of a vote that has not ended")
	}
	n, err := b.informed(st).Close(st.Roll, st.Ballots)
	if err != nil {
		return nil, fmt.Errorf("ballot: %w", err)
	}
	c.Closes, c.Outcome = st.Closes, st.Outcome
	for _, r := range append([]vote.Rule{st.Terms.Items[0].Rule}, st.Terms.Items[0].Also...) {
		c.Rules = append(c.Rules, ruleData{r.Name(), ruleOf(r)})
	}
	c.Roll = rollOf(st)
	c.receipts = receipts(st.Receipts)
	if act.Sum(c.receipts) != recorded.Receipts {
		return nil, errors.New("ballot: the ballots on record are not those that had come in at the count")
	}
	c.Help = b.helpOf(st)
	c.Ballots = ballotsOf(st, n, recorded.Receipts)
	for i, it := range n.Items {
		report, _ := n.Report(it.Item)
		if i >= len(recorded.Items) || !reflect.DeepEqual(recorded.Items[i].Report, report.Masked()) {
			return nil, fmt.Errorf("ballot: the record does not give its count of %s", it.Item)
		}
		data, err := b.itemOf(st, i, it)
		if err != nil {
			return nil, err
		}
		c.Items = append(c.Items, data)
	}
	return &c, nil
}

// informed are the terms of the vote, with what is shown for information only where the method says that the covenant has a
// clause by which the silent follow the majority, and the law lets it be shown for this matter.
func (b *Ballot) informed(st *state) vote.Terms {
	t := st.Terms
	t.Items = slices.Clone(t.Items)
	t.Follow = b.Follows != ""
	for i := range t.Items {
		if p, ok := b.profiles.ByID(t.Items[i].Rule.Profile); ok {
			r, _ := p.For(b.Items[i].Decides)
			t.Items[i].Rule.Follow = r.Follow
		}
	}
	return t
}

func rollOf(st *state) rollData {
	total, opts := st.Roll.Total(), st.Roll.Options()
	r := rollData{
		Root: st.Root, Parts: len(st.Roll.Lines()), Area: total.Area.String(), Heads: total.Heads, Grouping: map[string]int{}, Sources: map[string]int{},
		CountSpecialSpaces: opts.CountSpecialSpaces, SpacesRule: opts.SpacesRule,
	}
	for _, l := range st.Roll.Lines() {
		r.Grouping[l.Grouping.String()]++
		if l.Source != 0 {
			r.Sources[l.Source.String()]++
		}
	}
	return r
}

func ballotsOf(st *state, n vote.Count, root act.Digest) ballotData {
	d := ballotData{
		Received: n.Ballots, Standing: n.Standing, Channels: map[string]int{}, ProxyLimit: st.Terms.ProxyLimit,
		Representatives: len(st.Terms.Representatives), ReceiptsRoot: root,
	}
	for ch := vote.Online; ch <= vote.Elsewhere; ch++ {
		if k := n.Channels[ch]; k > 0 {
			d.Channels[ch.String()] = k
		}
	}
	d.Precedence = channelNames(st.Terms.Precedence)
	return d
}

func channelNames(channels []vote.Channel) []string {
	names := make([]string, len(channels))
	for i, ch := range channels {
		names[i] = ch.String()
	}
	return names
}

func (b *Ballot) itemOf(st *state, i int, it vote.ItemCount) (itemData, error) {
	sheets, err := st.Terms.Sheets(st.Roll, st.Ballots, it.Item)
	if err != nil {
		return itemData{}, fmt.Errorf("ballot: %w", err)
	}
	d := itemData{Item: string(it.Item), Label: b.Items[i].Label, Report: sheets.Report, Failed: []string{}, Other: []otherData{}, count: it, sheets: sheets}
	d.Failed = append(d.Failed, it.FailedRules()...)
	for _, p := range b.profiles.All() {
		if p.ID == st.Terms.Items[i].Rule.Profile {
			continue
		}
		r, ok := p.For(b.Items[i].Decides)
		if !ok {
			r, ok = p.Rule(b.Matter)
		}
		if ok {
			d.Other = append(d.Other, otherData{Rule: r.Name(), Outcome: it.Under(r).Outcome})
		}
	}
	if it.Followed != nil {
		d.Other = append(d.Other, otherData{Rule: it.Followed.Verdict.Rule, Followed: true, Outcome: it.Followed.Verdict.Outcome})
	}
	if b.PublishBallots {
		d.Command = command(st, i)
	}
	return d, nil
}

// command is what anyone types to recount the item from its files.
func command(st *state, i int) string {
	var s strings.Builder
	s.WriteString("gongzhi count")
	item := st.Terms.Items[i]
	for _, r := range append([]vote.Rule{item.Rule}, item.Also...) {
		fmt.Fprintf(&s, " --rule rules/%s.yaml#%s", r.Profile, r.Key)
	}
	fmt.Fprintf(&s, " --roll %s-roll.csv --ballots %s-ballots.csv --closes %s", item.ID, item.ID, st.Closes.In(calendar.Zone).Format(time.RFC3339Nano))
	s.WriteString(" --json")
	return s.String()
}
