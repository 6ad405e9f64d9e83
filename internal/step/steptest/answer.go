package steptest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/step"
)

// Answer makes up a submission to an ask: mostly what the fields want, about one time in eight something they refuse.
// The same rng gives the same submission. Instants lie around view.Now; rows are looked up below the matter's subject.
func Answer(rng *rand.Rand, ask step.Ask, view step.View) step.Submission {
	s := step.Submission{
		ID:   fmt.Sprintf("%08x-0000-7000-8000-%012x", rng.Uint32(), rng.Uint64()&0xffffffffffff),
		Verb: ask.Verb, Item: ask.Item, Values: map[string][]string{}, Files: map[string][]step.File{},
		Made: view.Now, Channel: pick(rng, "web", "paper", "api"),
	}
	most := pick(rng, 12, 12, 12, 0) // counts that belong together may have to be small together
	for _, f := range ask.Fields {
		if !f.Required && rng.IntN(10) < 3 {
			continue
		}
		if f.Type == step.FileType {
			name := fmt.Sprintf("f%d.pdf", rng.IntN(1000))
			s.Files[f.Key] = []step.File{{Name: name, Type: "application/pdf", Size: int64(1 + rng.IntN(1<<20)), Hash: act.Sum([]byte(name))}}
			continue
		}
		if v := value(rng, f, most, view); v != nil {
			s.Values[f.Key] = v
		}
	}
	if len(ask.Fields) > 0 && rng.IntN(8) == 0 {
		spoil(rng, ask.Fields, s)
	}
	return s
}

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

func value(rng *rand.Rand, f step.Field, most int, view step.View) []string {
	limit := most
	if f.Max > 0 {
		limit = min(limit, f.Max)
	}
	switch f.Type {
	case step.LineType, step.TextType:
		// Long enough to be recognised where it should not be, unless the field is short.
		words := fmt.Sprintf("words-%08x of %s", rng.Uint32(), f.Key)
		if f.Max > 0 && len(words) > f.Max {
			words = words[:f.Max]
		}
		if f.Type == step.TextType && f.Audience == step.Public && f.Max == 0 { // some are lists, a line each
			for range rng.IntN(5) {
				words += fmt.Sprintf("\nwords-%08x of %s", rng.Uint32(), f.Key)
			}
		}
		return []string{words}
	case step.ChoiceType:
		return []string{pick(rng, f.Options...).Value}
	case step.ManyType:
		var out []string
		for _, o := range f.Options {
			if rng.IntN(2) == 0 {
				out = append(out, o.Value)
			}
		}
		if len(out) == 0 {
			out = append(out, f.Options[0].Value)
		}
		return out
	case step.YesType:
		return []string{pick(rng, "yes", "no")}
	case step.CountType:
		return []string{fmt.Sprint(rng.IntN(1 + rng.IntN(limit+1)))} // small ones more often, so that sums may fit
	case step.AreaType, step.MoneyType:
		return []string{fmt.Sprintf("%d.%02d", rng.IntN(10000), rng.IntN(100))}
	case step.DateType:
		return []string{view.Today().Add(rng.IntN(40) - 8).String()}
	case step.InstantType:
		at := view.Now.Add(time.Duration(rng.IntN(40*24)-8*24) * time.Hour)
		return []string{at.In(calendar.Zone).Format("2006-01-02T15:04")}
	case step.PhoneType:
		return []string{fmt.Sprintf("139%08d", rng.IntN(100000000))}
	case step.PointType:
		return []string{fmt.Sprintf("113.%06d,34.%06d", rng.IntN(1000000), rng.IntN(1000000))}
	case step.PersonType:
		return []string{fmt.Sprintf("p%d", 1+rng.IntN(9))}
	case step.RowType:
		under := view.Matter.Subject
		if view.Matter.Number == 0 { // nothing stands yet: questions at the start may name any row
			under = act.RowID{}
		}
		rows, err := view.Book.Rows(f.Register, under, view.Today())
		if err != nil || len(rows) == 0 {
			return nil
		}
		return []string{pick(rng, rows...).ID.ID}
	case step.FileType: // files are not values
	}
	return nil
}

// spoil makes one thing wrong.
func spoil(rng *rand.Rand, fields step.Fields, s step.Submission) {
	f := pick(rng, fields...)
	switch rng.IntN(5) {
	case 0:
		delete(s.Values, f.Key)
		delete(s.Files, f.Key)
	case 1:
		s.Values[f.Key] = []string{strings.Repeat("長", step.MaxText+1)}
	case 2:
		s.Values[f.Key] = []string{"\x00", "-1", "one", "two"}
	case 3:
		s.Values["nobody_asked"] = []string{"1"}
	default:
		s.Values[f.Key] = []string{pick(rng, "-1", "no such thing", " ", "1e9", "2026-02-30")}
	}
}
