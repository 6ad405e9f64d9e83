package docket

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"gongzhi/internal/store"
)

var (
	endMeasure    = queries.Get("end-measure")
	putMeasure    = queries.Get("put-measure")
	measured      = queries.Get("measured")
	measuredRows  = queries.Get("measured-rows")
	measuredAll   = queries.Get("measured-all")
	clearMeasured = queries.Get("clear-measured")
)

// Measured is which measures of a set hold for a matter from when they were recorded. Instants are µs since 1970 UTC.
type Measured struct {
	Set     string  `db:"-"`
	Matter  int64   `db:"matter"`
	Since   int64   `db:"-"`
	Opened  int64   `db:"opened"`
	Charter string  `db:"charter"` // the version it goes by, in whose order bits and sums are
	Group   string  `db:"grp"`
	Bits    int64   `db:"bits"`
	Sums    []int64 `db:"-"`
	Private bool    `db:"is_private"`
}

// Measure keeps it, beside what held before.
func (d *Docket) Measure(ctx context.Context, tx *store.Tx, m Measured) error {
	sums := make([]string, len(m.Sums))
	for i, n := range m.Sums {
		sums[i] = strconv.FormatInt(n, 10)
	}
	all := strings.Join(sums, ",")
	if err := store.Later(ctx, tx, endMeasure, d.tenant, m.Set, m.Matter, m.Since, m.Group, m.Bits, all, m.Charter); err != nil {
		return err
	}
	return store.Later(ctx, tx, putMeasure, d.tenant, m.Set, m.Matter, m.Since, m.Opened, m.Charter, m.Group, m.Bits, all, m.Private)
}

func amounts(all string) (out []int64, err error) {
	if all == "" {
		return nil, nil
	}
	for s := range strings.SplitSeq(all, ",") {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("docket: amounts of a measure: %w", err)
		}
		out = append(out, n)
	}
	return out, nil
}

// Behind asks for the figures of a set, or for the matters behind one: those opened from an instant on and before another,
// as they stood in the record at AsOf.
type Behind struct {
	Set         string
	From, Until time.Time
	AsOf        time.Time
	Charter     string // of the rows: the version they went by
	Mask        int64  // of the rows: the measures that hold for them, in the order of that version
	Group       string // of the rows; "" is all
	Before      int64  // of the rows: only numbers below this; 0 starts at the newest
	Limit       int
}

// Count is how many matters that went by one version of the charter have the same measures and amounts.
type Count struct {
	Charter string `db:"charter"`
	Group   string `db:"grp"`
	Bits    int64  `db:"bits"`
	Sums    string `db:"sums"`
	Private bool   `db:"is_private"`
	N       int64  `db:"n"`
}

// Amounts are what each of the matters adds to the sums of the set.
func (c Count) Amounts() ([]int64, error) { return amounts(c.Sums) }

// Counts are how many matters have which measures, private ones apart. They come by version.
func (d *Docket) Counts(ctx context.Context, q store.Q, b Behind) ([]Count, error) {
	return store.Select[Count](ctx, q, measured, d.tenant, b.Set, b.From.UnixMicro(), b.Until.UnixMicro(), b.AsOf.UnixMicro())
}

// Measured lists what is measured of matters above a number now, at most so many. It leaves sums out.
func (d *Docket) Measured(ctx context.Context, q store.Q, set string, after int64, limit int) ([]Measured, error) {
	return store.Select[Measured](ctx, q, measuredAll, d.tenant, set, after, limit)
}

// MeasuredMatter is a matter with what it adds to the sums of a set.
type MeasuredMatter struct {
	Matter

	Sums string `db:"sums"`
}

// Amounts are what the matter adds to the sums of the set.
func (m MeasuredMatter) Amounts() ([]int64, error) { return amounts(m.Sums) }

// Behind lists the matters behind a figure, the newest first. Private ones are among them: whoever shows them leaves them
// out.
func (d *Docket) Behind(ctx context.Context, q store.Q, b Behind) ([]MeasuredMatter, error) {
	if b.Before <= 0 {
		b.Before = math.MaxInt64
	}
	return store.Select[MeasuredMatter](ctx, q, measuredRows, d.tenant, b.Set, b.From.UnixMicro(), b.Until.UnixMicro(), b.AsOf.UnixMicro(), b.Charter, b.Mask, b.Group, b.Before, b.Limit)
}
