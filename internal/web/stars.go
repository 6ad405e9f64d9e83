package web

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/method"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

const (
	ratingsFor   = 30 * time.Second
	ratingsShown = 17 // columns that the wall has room for; the list behind has all
	ratingsRead  = 400
	monthsShown  = 12
)

// rating is what one row was given, once that was posted.
type rating struct {
	step.Rating

	row    act.RowID
	name   text.Text // of the matter
	matter int64
}

func (r rating) lit() (n int) {
	for _, s := range r.Stars {
		if s.Lit {
			n++
		}
	}
	return n
}

// ratings are those of the latest month of which any was posted, the best first.
type ratings struct {
	method string // empty where the charter rates nothing by stars
	month  string
	list   []rating
}

// stars are the stars of each row.
func (r ratings) stars() map[act.RowID]int {
	out := make(map[act.RowID]int, len(r.list))
	for _, x := range r.list {
		out[x.row] = x.lit()
	}
	return out
}

// key says what the weight of a road's line means, with how many there are of each.
func (r ratings) key() (out []page.Stage) {
	n := map[int]int{}
	for _, x := range r.list {
		n[x.lit()]++
	}
	for stars := len(r.orders()); stars >= 0; stars-- {
		if n[stars] > 0 {
			out = append(out, page.Stage{Words: text.Key("web.wall.star", "N", stars), N: n[stars], Step: min(max(stars, 2), 5)})
		}
	}
	return out
}

func (r ratings) orders() []step.Star {
	if len(r.list) == 0 {
		return nil
	}
	return r.list[0].Stars
}

// rated reads the ratings of the first method that rates by stars.
func (s *Site) rated(ctx context.Context) (ratings, error) {
	return s.roads.get(ratingsFor, func() (out ratings, err error) {
		c, q := s.charter(), s.Store.Read()
		for _, key := range c.MethodKeys() {
			if placed := raterOf(c.Methods[key]); placed != nil {
				out.method = key
				break
			}
		}
		if out.method == "" {
			return out, nil
		}
		list, err := s.Docket.List(ctx, q, docket.Filter{Method: out.method, Limit: ratingsRead})
		if err != nil {
			return out, err
		}
		seen := map[act.RowID]bool{}
		for _, m := range list { // the newest first
			row, ok := register.ParseRowID(m.Subject)
			if !ok || m.Step != "" || seen[row] {
				continue
			}
			r, posted, err := s.posted(ctx, m)
			if err != nil {
				return out, err
			}
			if !posted || r.Month < out.month {
				continue
			}
			if r.Month > out.month {
				out.month, out.list = r.Month, nil
				clear(seen)
			}
			r.row, seen[row] = row, true
			out.list = append(out.list, r)
		}
		slices.SortStableFunc(out.list, func(a, b rating) int {
			return cmp.Or(cmp.Compare(b.lit(), a.lit()), cmp.Compare(b.Score, a.Score), cmp.Compare(a.row.String(), b.row.String()))
		})
		return out, nil
	})
}

func raterOf(m *method.Method) *method.Placed {
	for _, p := range m.List {
		if _, ok := p.Step.(step.Rater); ok {
			return p
		}
	}
	return nil
}

// posted reads the rating of a matter that has ended. One that was turned down was never posted, and is none.
func (s *Site) posted(ctx context.Context, m docket.Matter) (out rating, ok bool, err error) {
	err = s.Desk.Read(ctx, act.Matter(m.Number), func(_ context.Context, _ store.Q, st desk.Standing) error {
		placed := raterOf(st.Method)
		if placed == nil {
			return nil
		}
		rater, _ := placed.Step.(step.Rater)
		hung := false
		for key, r := range st.Run.Results {
			if p, known := st.Method.Step(key); known {
				_, public := p.Step.(step.Publisher)
				hung = hung || public && r.Outcome == p.Step.Outcomes()[0]
			}
		}
		out.name, out.matter = text.Text{ZH: m.TitleZH, EN: m.TitleEN}, m.Number
		if row, there, err := st.Context.Book.Row(st.Run.Matter.Subject, s.today()); err != nil {
			return err
		} else if there {
			out.name = text.Text{ZH: row.Name, EN: row.Name}
		}
		out.Rating, ok = rater.Rating(st.Run.Matter.Facts, st.Run.Results[placed.Key].Facts)
		ok = ok && hung
		if out.Month == "" {
			out.Month = date(m.Opened).String()[:len("2006-01")]
		}
		return nil
	})
	return out, ok, err
}

// matrix is the stars of each road in the latest month; any is false where the charter rates nothing by stars.
func (s *Site) matrix(r ratings) (m page.Matrix, any bool) {
	if r.method == "" {
		return m, false
	}
	m = page.Matrix{Title: s.methodName(r.method), Empty: text.Key("web.wall.stars_none"), All: &page.Link{Words: text.Key("web.wall.stars_all"), Href: "/matters?method=" + r.method}}
	for _, star := range r.orders() {
		m.Rows = append(m.Rows, star.Name.Words())
	}
	if len(r.list) > 0 {
		_, month, _ := strings.Cut(r.month, "-")
		n, _ := strconv.Atoi(month) // of a date that was read before
		m.Note = text.Key("web.wall.stars_of", "Month", n, "N", len(r.list))
	}
	for _, x := range r.list[:min(len(r.list), ratingsShown)] {
		col := page.Marked{Words: x.name.Words(), Says: text.Key("web.wall.stars_say", "N", x.lit(), "Of", len(x.Stars), "Score", x.Score, "Whole", x.Of), Href: fmt.Sprintf("/matters/%d", x.matter)}
		for _, star := range x.Stars {
			col.Marks = append(col.Marks, star.Lit)
		}
		m.List = append(m.List, col)
	}
	return m, true
}

// shares are the rates that the charter wants drawn month by month, each point opening its month. A month without anything
// to share has no point.
func (s *Site) shares(ctx context.Context) ([]page.Block, error) {
	return s.monthly.get(ratingsFor, func() (out []page.Block, err error) {
		sets := s.charter().Indicators
		for _, key := range slices.Sorted(maps.Keys(sets)) {
			set := sets[key]
			rate, ok := set.Drawn()
			if !ok {
				continue
			}
			x := page.Trend{Title: text.Key("web.wall.share_of", "Rate", rate.Name, "N", monthsShown), Each: text.Key("web.wall.month"), Percent: true, Empty: text.Key("web.wall.share_none", "Rate", rate.Name)}
			line, known := page.Series{Words: rate.Name.Words()}, 0
			for i := range monthsShown {
				m := monthOf(s.today().AddMonths(i-monthsShown+1), s.Clock.Now())
				counts, _, err := s.published(ctx, set, m, nil)
				if err != nil {
					return nil, err
				}
				v := set.Value(rate, counts, "")
				p := page.Point{None: v.Den == 0}
				if said, ok := v.Percent(1); ok {
					known++
					p.N, p.Shown, p.Href = int(v.Num*wholeShare/v.Den), text.Plain(said+"%"), "/figures/"+set.Key+"?month="+m.key
				}
				line.Points, x.Labels = append(line.Points, p), append(x.Labels, text.Plain(m.key[len("20"):]))
			}
			if known > 0 {
				x.Lines, x.Says = []page.Series{line}, text.Key("web.wall.share_says", "Rate", rate.Name, "N", monthsShown, "Known", known)
			}
			out = append(out, x)
		}
		return out, nil
	})
}

// wholeShare is all of something as trends draw shares.
const wholeShare = 10_000
