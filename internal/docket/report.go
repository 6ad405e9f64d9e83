package docket

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gongzhi/internal/store"
)

var (
	putReport    = queries.Get("put-report")
	countReport  = queries.Get("count-report")
	reports      = queries.Get("reports")
	reportsOf    = queries.Get("reports-of")
	clearReports = queries.Get("clear-reports")
)

// Report is a matter that says where something is and of what category. Instants are µs since 1970 UTC, places are in
// millionths of a degree, CGCS2000.
type Report struct {
	Matter   int64  `db:"matter"`
	Method   string `db:"-"`
	Category string `db:"category"`
	Subject  string `db:"-"` // row the matter is about
	Lon      int64  `db:"lon"`
	Lat      int64  `db:"lat"`
	Placed   bool   `db:"is_placed"` // whether Lon and Lat were given
	Opened   int64  `db:"opened"`
	Updated  int64  `db:"updated"`
	Open     bool   `db:"is_open"`
	Private  bool   `db:"-"`
}

// PutReport keeps a report as its matter stands now, and counts it where it is public. Where it lies, of what category it
// is and whether it is private is said once and for all when it begins.
func (d *Docket) PutReport(ctx context.Context, tx *store.Tx, r Report) error {
	if !r.Private {
		if err := store.Later(ctx, tx, countReport, d.tenant, r.Matter, r.Method, r.Category, r.Subject, r.Lon, r.Lat, r.Placed, r.Open); err != nil {
			return err
		}
	}
	return store.Later(ctx, tx, putReport, d.tenant, r.Matter, r.Method, r.Category, r.Subject, r.Lon, r.Lat, r.Placed, r.Opened, r.Updated, r.Open, r.Private)
}

// Asked is which public reports are wanted: those opened from From on and before Until, open, closed or either, of some
// categories or of any.
type Asked struct {
	Method       string
	Categories   []string
	From, Until  time.Time
	Open, Closed bool // neither is the same as both
	Limit        int
}

// Reports lists public reports, the newest first.
func (d *Docket) Reports(ctx context.Context, q store.Q, a Asked) ([]Report, error) {
	args := []any{d.tenant, a.Method, a.From.UnixMicro(), a.Until.UnixMicro(), a.Open, a.Open == a.Closed, a.Limit}
	if len(a.Categories) == 0 {
		return store.Select[Report](ctx, q, reports, args...)
	}
	var out []Report
	for _, c := range a.Categories {
		some, err := store.Select[Report](ctx, q, reportsOf, append(slices.Clone(args), c)...)
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	slices.SortFunc(out, func(x, y Report) int { return cmp.Or(cmp.Compare(y.Opened, x.Opened), cmp.Compare(y.Matter, x.Matter)) })
	return out[:min(len(out), a.Limit)], nil
}
