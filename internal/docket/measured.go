package docket

import (
	"context"
	"math"
	"time"

	"gongzhi/internal/indicator"
	"gongzhi/internal/store"
)

var (
	putMeasured   = queries.Get("put-measured")
	measured      = queries.Get("measured")
	measuredRows  = queries.Get("measured-rows")
	clearMeasured = queries.Get("clear-measured")
)

// Measured is which measures of a set hold for a matter now.
type Measured struct {
	Set     string
	Matter  int64
	Opened  int64
	Group   string
	Bits    int64
	Private bool
}

// Measure keeps it.
func (d *Docket) Measure(ctx context.Context, tx *store.Tx, m Measured) error {
	return store.Later(ctx, tx, putMeasured, d.tenant, m.Set, m.Matter, m.Opened, m.Group, m.Bits, m.Private)
}

// Counts are how many matters opened from an instant on and before another have which measures, private ones too: a
// figure that left them out would be wrong.
func (d *Docket) Counts(ctx context.Context, q store.Q, set string, from, until time.Time) ([]indicator.Count, error) {
	type row struct {
		Group string `db:"grp"`
		Bits  int64  `db:"bits"`
		N     int64  `db:"n"`
	}
	rows, err := store.Select[row](ctx, q, measured, d.tenant, set, from.UnixMicro(), until.UnixMicro())
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Count, len(rows))
	for i, r := range rows {
		out[i] = indicator.Count(r)
	}
	return out, nil
}

// Behind asks for the matters behind a figure.
type Behind struct {
	Set         string
	From, Until time.Time
	Mask        int64
	Group       string // "" is all
	Before      int64  // only numbers below this; 0 starts at the newest
	Limit       int
}

// Behind lists them, the newest first. Private ones are among them: whoever shows them leaves them out.
func (d *Docket) Behind(ctx context.Context, q store.Q, b Behind) ([]Matter, error) {
	if b.Before <= 0 {
		b.Before = math.MaxInt64
	}
	return store.Select[Matter](ctx, q, measuredRows, d.tenant, b.Set, b.From.UnixMicro(), b.Until.UnixMicro(), b.Mask, b.Group, b.Before, b.Limit)
}
