package web

import (
	"context"
	"net/http"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/text"
)

// A place on the map tells the section of road it is on, where the method says how near is near enough. The row is filled in
// before what was written is looked over, so that whoever reports sees it with its distance and may say otherwise; where two
// are as near as each other, they choose.

// nameAlong begins the hidden field that says for which place a row was looked for already, and which was found:
// "113.612000,34.748000 yanshi-n".
const nameAlong = "_along_"

// passing is what was found for one question.
type passing struct {
	field step.Field
	list  []register.Passing // one is filled in; several are to choose from
}

// along fills in the rows that the place tells. Where it does not tell several apart it refuses in that field; the form then
// offers those, and leaving it open is an answer.
func (s *Site) along(r *http.Request, b *starting) error {
	var bad fault.Fields
	for _, f := range b.m.Start.Fields {
		if f.Along == nil {
			continue
		}
		spot, _ := b.m.Start.Fields.Find(f.Along.Point)
		at, ok := step.ParsePoint(b.sub.Value(f.Along.Point))
		if !ok {
			continue
		}
		at = at.Rounded(spot.Decimals) // as it is kept, so that it can be found again from the record
		before, found, looked := strings.Cut(r.PostFormValue(nameAlong+f.Key), " ")
		if looked && found != "" && before != at.String() && b.sub.Value(f.Key) == found {
			delete(b.sub.Values, f.Key) // it was found for another place
		}
		looked = looked && before == at.String()
		list, err := s.passing(r.Context(), f, at)
		if err != nil {
			return err
		}
		given := b.sub.Value(f.Key)
		one := len(list) == 1
		switch {
		case given == "" && !looked && one:
			given = list[0].Row.ID.ID
			b.sub.Values[f.Key] = []string{given}
		case given == "" && !looked && len(list) > 1:
			bad.Add(f.Key, "along.which", fault.Args{"N": len(list), "Apart": f.Along.Apart})
		}
		if b.marks == nil {
			b.marks = map[string]string{}
		}
		mark := at.String() + " "
		if one && given == list[0].Row.ID.ID {
			mark += given
		}
		b.marks[nameAlong+f.Key] = mark
		b.passing = append(b.passing, passing{f, list})
	}
	return bad.Err("form.faults", fault.Basis{Clause: b.m.File() + "#start"})
}

func (s *Site) passing(ctx context.Context, f step.Field, at step.Point) ([]register.Passing, error) {
	sch, _ := s.charter().Registers.Get(f.Register)
	shape, ok := sch.Shaped()
	if !ok {
		return nil, nil
	}
	all, err := s.allLayers(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]register.Row, len(all[f.Register]))
	for i, x := range all[f.Register] {
		rows[i] = x.Row
	}
	return register.Along(rows, shape.Key, at.Ground(), f.Along.Metres, f.Along.Apart), nil
}

// alongChoices puts what lies beside the place in the stead of the whole register, where it is to be chosen.
func (b starting) alongChoices(f *page.Form, problem *fault.Refusal) {
	for _, x := range b.passing {
		for i := range f.Fields {
			q := &f.Fields[i]
			if q.Name != x.field.Key || len(x.list) < 2 || problem == nil {
				continue
			}
			q.Input, q.Options = page.Choice, nil
			for _, p := range x.list {
				q.Options = append(q.Options, page.Option{Value: p.Row.ID.ID, Words: text.Key("along.option", "Name", p.Row.Name, "Metres", p.Metres)})
			}
			q.Options = append(q.Options, page.Option{Words: text.Key("along.none")})
		}
	}
}

// alongSays tells how the row came there that was filled in by the place.
func (b starting) alongSays() (out []page.Block) {
	for _, x := range b.passing {
		if len(x.list) != 1 || b.sub.Value(x.field.Key) != x.list[0].Row.ID.ID {
			continue
		}
		words := text.Key("along.found", "Field", x.field.Label, "Name", x.list[0].Row.Name, "Away", x.list[0].Metres, "Metres", x.field.Along.Metres)
		out = append(out, page.Panel{Title: x.field.Label.Words(), Blocks: []page.Block{
			page.Prose{Words: []text.Words{words}}, page.Basis{Clause: b.m.File() + "#start", Law: b.m.Law, Assumed: x.field.Along.Assumed},
		}})
	}
	return out
}

// subjectAlong is the row of the subject's register that the section lies in which was chosen or found.
func (s *Site) subjectAlong(ctx context.Context, b starting) (id act.RowID, ok bool, err error) {
	for _, f := range b.m.Start.Fields {
		if f.Along == nil || b.sub.Value(f.Key) == "" {
			continue
		}
		path, err := s.registers(ctx, s.Store.Read(), nobody).Path(act.RowID{Register: f.Register, ID: b.sub.Value(f.Key)}, s.today())
		if err != nil {
			return id, false, err
		}
		if id, ok = above(path, b.m.Subject); ok {
			return id, true, nil
		}
	}
	return id, false, nil
}
