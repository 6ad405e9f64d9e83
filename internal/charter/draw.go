package charter

import (
	"slices"
	"strings"

	"gongzhi/internal/method"
	"gongzhi/internal/text"
)

// Draw makes a picture of a method: its steps from top to bottom, the ways between them with the outcome that each
// follows, and how a matter can end. The same method gives the same bytes. What it shows is also said in its desc, for
// those who hear the page.
func (c *Charter) Draw(m *method.Method, l text.Lang) string {
	d := &drawing{c: c, m: m, lang: l}
	d.rows()
	d.ways()
	d.place()
	return d.svg()
}

// Measures of the drawing in pixels.
const (
	rowWidth  = 420
	margin    = 28
	laneStep  = 18
	slot      = 30 // between two arrows at one side of a row
	gap       = 50 // between two rows
	nameSize  = 17
	smallSize = 13
	labelMost = 120 // longest label at a side before it wraps
	pillMost  = 150
)

type drawing struct {
	c    *Charter
	m    *method.Method
	lang text.Lang

	list  []*row
	notes []string
	lanes [2]int // how many lanes there are at the left and at the right
	label [2]int // width kept for labels at the left and at the right
	pill  int    // width of the widest end at the right
	left  int    // x of the rows
	top   int    // y of the first row
}

// row is one step as it stands in the drawing.
type row struct {
	p         *method.Placed
	name      []string
	term      string
	facts     []string
	down      []string // label of the arrow to the next row
	straight  bool     // that arrow is there
	out       [2][]exit
	in        [2]bool // an arrow arrives at the left, at the right
	far       [2]int  // y of the farthest arrow that arrives there, 0 for none
	y, height int
	end       string // a last pill below
	endLabel  []string
	lane      [2]int // of the arrows that arrive at the left, at the right
	lowest    [2]int // first and last row from which one comes
}

const (
	onLeft  = 0
	onRight = 1
)

// exit is an arrow that leaves at a side: back to an earlier row, on to a later one, or to an end.
type exit struct {
	label []string
	to    int // row; -1 for an end
	end   []string
}

func (d *drawing) say(key string, pairs ...any) string {
	return d.c.Texts.Say(d.lang, text.Key(key, pairs...))
}

// joined puts names side by side as the language does.
func (d *drawing) joined(names []string) string {
	if d.lang == text.ZH {
		return strings.Join(names, "、")
	}
	return strings.Join(names, ", ")
}

func (d *drawing) roles(keys []string) string {
	names := make([]string, len(keys))
	for i, r := range keys {
		names[i] = d.c.Texts.Say(d.lang, d.c.RoleName(r))
	}
	return d.joined(names)
}

// outcome says how a step ended: as the charter words an option, or as the kind's own words have it.
func (d *drawing) outcome(p *method.Placed, o string) string {
	if words, ok := method.OutcomeWords(p.Step, o); ok {
		return words.In(d.lang)
	}
	key := "outcome." + p.Step.Shared().Kind + "." + o
	if d.c.Texts.Has(d.lang, key) {
		return d.say(key)
	}
	return o
}

func (d *drawing) result(r string) string {
	if t, ok := d.m.Results[r]; ok {
		return t.In(d.lang)
	}
	return r
}

func (d *drawing) number(key string) int {
	return slices.IndexFunc(d.m.List, func(p *method.Placed) bool { return p.Key == key })
}

// rows prepares what stands in each row.
func (d *drawing) rows() {
	for i, p := range d.m.List {
		common := p.Step.Shared()
		r := &row{p: p, term: common.Term.In(d.lang)}
		room := rowWidth - 64
		if r.term != "" {
			room -= width(r.term, smallSize) + 28
		}
		r.name = wrap(common.Name.In(d.lang), nameSize, room*9/10) // it is bold
		facts := []string{d.say("kind." + common.Kind)}
		roles, lasts := p.Roles()
		if len(roles) > 0 {
			facts = append(facts, d.say("draw.by", "Roles", d.roles(roles)))
		}
		if !lasts.IsZero() {
			facts = append(facts, d.say("draw.lasts", "Span", lasts.Words()))
		}
		if !common.Within.IsZero() {
			facts = append(facts, d.say("draw.within", "Span", common.Within.Words()))
		}
		if b, ok := d.m.Visits[p.Key]; ok {
			facts = append(facts, d.say("draw.most", "N", b.Most))
			d.notes = append(d.notes, d.say("draw.note_most", "Step", common.Name.In(d.lang), "N", b.Most, "To", d.goes(b.Then)))
		}
		if common.Assumed {
			facts = append(facts, d.say("draw.assumed"))
		}
		r.facts = inLines(facts, rowWidth-64)
		if needs := d.m.Requires[p.Key]; len(needs) > 0 {
			list := make([]string, len(needs))
			for j, need := range needs {
				key, o, _ := strings.Cut(need, ".")
				list[j] = need
				if other, ok := d.m.Step(key); ok {
					list[j] = d.say("draw.required", "Step", other.Step.Shared().Name.In(d.lang), "Outcome", d.outcome(other, o))
				}
			}
			r.facts = append(r.facts, wrap(d.say("draw.requires", "List", d.joined(list)), smallSize, rowWidth-64)...)
		}
		r.lowest = [2]int{i, i}
		d.list = append(d.list, r)
	}
}

// inLines puts facts side by side, each whole on one line where it fits.
func inLines(facts []string, most int) (lines []string) {
	for i, f := range facts {
		if i > 0 {
			if both := lines[len(lines)-1] + " · " + f; width(both, smallSize) <= most {
				lines[len(lines)-1] = both
				continue
			}
		}
		lines = append(lines, wrap(f, smallSize, most)...)
	}
	return lines
}

func (d *drawing) goes(to string) string {
	if result, end := method.EndOf(to); end {
		return d.say("draw.ends", "Result", d.result(result))
	}
	if p, ok := d.m.Step(to); ok {
		return d.say("draw.goes", "Step", p.Step.Shared().Name.In(d.lang))
	}
	return to
}

// ways sorts the arrows of each row by where they lead, with one label for those that lead to the same place.
func (d *drawing) ways() {
	conditions := 0
	for i, r := range d.list {
		var targets []string
		labels := map[string][]string{}
		for _, w := range d.m.Ways() {
			if w.From != r.p.Key {
				continue
			}
			label := d.outcome(r.p, w.Outcome)
			switch {
			case w.When != "":
				conditions++
				d.notes = append(d.notes, d.say("draw.note_when", "N", conditions, "When", w.When))
				label = d.say("draw.when", "Outcome", label, "N", conditions)
			case len(r.p.Step.Shared().Next[w.Outcome].Branches) > 1:
				label = d.say("draw.otherwise", "Outcome", label)
			}
			if !slices.Contains(targets, w.To) {
				targets = append(targets, w.To)
			}
			if !slices.Contains(labels[w.To], label) {
				labels[w.To] = append(labels[w.To], label)
			}
		}
		for _, to := range targets {
			d.way(i, to, d.joined(labels[to]))
		}
	}
}

func (d *drawing) way(i int, to, label string) {
	r := d.list[i]
	if result, end := method.EndOf(to); end {
		if i == len(d.list)-1 && r.end == "" {
			r.end, r.endLabel = d.result(result), wrap(label, smallSize, rowWidth/2-20)
			return
		}
		pill := wrap(d.result(result), smallSize, pillMost)
		d.pill = max(d.pill, widest(pill, smallSize)+28)
		d.leave(r, onRight, exit{label: wrap(label, smallSize, labelMost), to: -1, end: pill})
		return
	}
	j := d.number(to)
	switch {
	case j < 0: // the check says so
	case j == i+1:
		r.straight, r.down = true, wrap(label, smallSize, rowWidth/2-20)
	case j > i:
		d.leave(r, onRight, exit{label: wrap(label, smallSize, labelMost), to: j})
		d.arrive(j, i, onRight)
	default:
		d.leave(r, onLeft, exit{label: wrap(label, smallSize, labelMost), to: j})
		d.arrive(j, i, onLeft)
	}
}

func (d *drawing) leave(r *row, side int, e exit) {
	r.out[side] = append(r.out[side], e)
	d.label[side] = max(d.label[side], widest(e.label, smallSize)+28)
}

// arrive notes that arrows come to row j from row i. All of one side share a lane.
func (d *drawing) arrive(j, i, side int) {
	r := d.list[j]
	r.in[side] = true
	r.lowest[onLeft], r.lowest[onRight] = min(r.lowest[onLeft], i), max(r.lowest[onRight], i)
}

func widest(lines []string, size int) (most int) {
	for _, l := range lines {
		most = max(most, width(l, size))
	}
	return most
}

// place gives every row its lanes and its place. Short ways get the inner lanes.
func (d *drawing) place() {
	for side := range d.lanes {
		var order []int
		for j, r := range d.list {
			if r.in[side] {
				order = append(order, j)
			}
		}
		reach := func(j int) (from, to int) {
			if side == onLeft {
				return j, d.list[j].lowest[onRight]
			}
			return d.list[j].lowest[onLeft], j
		}
		slices.SortStableFunc(order, func(a, b int) int {
			fa, ta := reach(a)
			fb, tb := reach(b)
			return (ta - fa) - (tb - fb)
		})
		var taken [][][2]int // of each lane
		for _, j := range order {
			from, to := reach(j)
			lane := slices.IndexFunc(taken, func(spans [][2]int) bool {
				return !slices.ContainsFunc(spans, func(s [2]int) bool { return from <= s[1] && s[0] <= to })
			})
			if lane < 0 {
				lane = len(taken)
				taken = append(taken, nil)
			}
			taken[lane] = append(taken[lane], [2]int{from, to})
			d.list[j].lane[side] = lane
		}
		d.lanes[side] = len(taken)
	}
	d.left = margin + d.label[onLeft] + d.lanes[onLeft]*laneStep
	if d.lanes[onLeft] > 0 {
		d.left += 6
	}
	for _, r := range d.list {
		r.height = 24 + len(r.name)*leading(nameSize) + len(r.facts)*leading(smallSize)
		for side := range r.out {
			need := 20
			if r.in[side] {
				need += slot
			}
			for _, e := range r.out[side] {
				need += max(slot, len(e.label)*leading(smallSize)+12, len(e.end)*leading(smallSize)+18)
			}
			r.height = max(r.height, need)
		}
	}
}
