package docket

import (
	"context"
	"math"
	"time"

	"gongzhi/internal/store"
)

var (
	putMeasured   = queries.Get("put-measured")
	measured      = queries.Get("measured")
	measuredRows  = queries.Get("measured-rows")
	measuredAll   = queries.Get("measured-all")
	clearMeasured = queries.Get("clear-measured")
)

// Measured is which measures of a set hold for a matter now.
type Measured struct {
	Set     string `db:"-"`
	Matter  int64  `db:"matter"`
	Opened  int64  `db:"opened"`
	Charter string `db:"charter"` // the version it goes by, in whose order the bits are
	Group   string `db:"grp"`
	Bits    int64  `db:"bits"`
	Private bool   `db:"is_private"`
}

// Measure keeps it.
func (d *Docket) Measure(ctx context.Context, tx *store.Tx, m Measured) error {
	return store.Later(ctx, tx, putMeasured, d.tenant, m.Set, m.Matter, m.Opened, m.Charter, m.Group, m.Bits, m.Private)
}

// Count is how many matters that go by one version of the charter have the same measures.
type Count struct {
	Charter string `db:"charter"`
	Group   string `db:"grp"`
	Bits    int64  `db:"bits"`
	Private bool   `db:"is_private"`
	N       int64  `db:"n"`
}

// Counts are how many matters opened from an instant on and before another have which measures, private ones apart.
func (d *Docket) Counts(ctx context.Context, q store.Q, set string, from, until time.Time) ([]Count, error) {
	return store.Select[Count](ctx, q, measured, d.tenant, set, from.UnixMicro(), until.UnixMicro())
}

// Measured lists what is measured of matters above a number, at most so many.
func (d *Docket) Measured(ctx context.Context, q store.Q, set string, after int64, limit int) ([]Measured, error) {
	return store.Select[Measured](ctx, q, measuredAll, d.tenant, set, after, limit)
}

// Behind asks for the matters behind a figure that go by one version of the charter.
type Behind struct {
	Set         string
	From, Until time.Time
	Charter     string
	Mask        int64  // in the order of that version
	Group       string // "" is all
	Before      int64  // only numbers below this; 0 starts at the newest
	Limit       int
}

// Behind lists them, the newest first. Private ones are among them: whoever shows them leaves them out.
func (d *Docket) Behind(ctx context.Context, q store.Q, b Behind) ([]Matter, error) {
	if b.Before <= 0 {
		b.Before = math.MaxInt64
	}
	return store.Select[Matter](ctx, q, measuredRows, d.tenant, b.Set, b.From.UnixMicro(), b.Until.UnixMicro(), b.Charter, b.Mask, b.Group, b.Before, b.Limit)
}
