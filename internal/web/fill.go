package web

import (
	"context"
	"unicode/utf8"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/outbox"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// fills are the values that a form is filled in with: what the register of people knows of whoever answers, or, of a
// telephone, the number they want to be told by. They see them in full, since they are their own.
func (s *Site) fills(ctx context.Context, q store.Q, rd *reader, fields step.Fields) (map[string]string, error) {
	out := map[string]string{}
	var row register.Row
	looked := false
	for _, f := range fields {
		key, ok := f.Fills()
		if !ok || !rd.signedIn() {
			continue
		}
		if !looked {
			var err error
			if row, _, err = s.registers(ctx, q, rd).Row(act.RowID{Register: step.FilledFrom, ID: string(rd.account.Person)}, s.today()); err != nil {
				return nil, err
			}
			looked = true
		}
		if v, known := row.Values[key].(string); known {
			out[f.Key] = v
			continue
		}
		if f.Type == step.PhoneType {
			p, err := s.Outbox.Preference(ctx, q, rd.account.Person)
			if err != nil {
				return nil, err
			}
			if p.Channel == outbox.SMS {
				out[f.Key] = p.Address
			}
		}
	}
	return out, nil
}

// spare counts what a form was filled in with and came back unchanged. That it is not counted is no reason to refuse
// what was sent.
func (s *Site) spare(ctx context.Context, rd *reader, fields step.Fields, sub step.Submission) {
	fills, err := s.fills(ctx, s.Store.Read(), rd, fields)
	n := 0
	for key, v := range fills {
		if sub.Value(key) == v {
			n += utf8.RuneCountInString(v)
		}
	}
	if err == nil && n > 0 {
		err = s.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			return s.Book.Spare(ctx, tx, s.Ledger.Tenant(), s.today(), book.ByForm, n)
		})
	}
	if err != nil {
		s.Log.Error("spared characters not counted", "error", err)
	}
}
