package desk

import (
	"cmp"
	"context"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/indicator"
	"gongzhi/internal/store"
)

// A matter is measured by the version of the charter that it goes by. Figures are read in the order of the version in
// force, whose names they carry.

// Figures counts which measures hold for the matters that b names, as the record stood at its instant, private ones too; what
// of it anybody may see, [indicator.Publish] says.
func (d *Desk) Figures(ctx context.Context, q store.Q, set *indicator.Set, b docket.Behind) ([]indicator.Count, error) {
	b.Set = set.Key
	list, err := d.docket.Counts(ctx, q, b)
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Count, 0, len(list))
	for _, x := range list {
		by, err := d.setOf(ctx, q, set, x.Charter)
		if err != nil {
			return nil, err
		}
		sums, err := x.Amounts()
		if err != nil {
			return nil, err
		}
		out = append(out, indicator.Count{Group: x.Group, Bits: set.From(by, x.Bits), Sums: set.SumsFrom(by, sums), Private: x.Private, N: x.N})
	}
	return out, nil
}

// setOf is a set as a version of the charter has it.
func (d *Desk) setOf(ctx context.Context, q store.Q, set *indicator.Set, version string) (*indicator.Set, error) {
	c, err := d.version(ctx, q, act.Digest(version))
	if err != nil {
		return nil, err
	}
	if by, ok := c.Indicators[set.Key]; ok {
		return by, nil
	}
	return &indicator.Set{}, nil
}

// Line is a matter behind a figure, with what it adds to the sums of the set.
type Line struct {
	docket.Matter

	Sums []int64
}

// Behind lists the matters for which all of these measures hold, the newest first. Private ones are among them: whoever
// shows them leaves them out. Charter and Mask of b are worked out here.
func (d *Desk) Behind(ctx context.Context, q store.Q, set *indicator.Set, measures []string, b docket.Behind) ([]Line, error) {
	b.Set = set.Key
	counts, err := d.docket.Counts(ctx, q, b)
	if err != nil {
		return nil, err
	}
	var out []Line
	for i, x := range counts {
		if i > 0 && counts[i-1].Charter == x.Charter {
			continue // they come by version
		}
		by, err := d.setOf(ctx, q, set, x.Charter)
		if err != nil {
			return nil, err
		}
		b.Charter, b.Mask = x.Charter, 0
		for _, key := range measures {
			b.Mask |= by.Mask(key)
		}
		if slices.ContainsFunc(measures, func(key string) bool { return by.Mask(key) == 0 }) {
			continue // it did not have that measure
		}
		list, err := d.docket.Behind(ctx, q, b)
		if err != nil {
			return nil, err
		}
		for _, m := range list {
			sums, err := m.Amounts()
			if err != nil {
				return nil, err
			}
			out = append(out, Line{m.Matter, set.SumsFrom(by, sums)})
		}
	}
	slices.SortFunc(out, func(a, b Line) int { return cmp.Compare(b.Number, a.Number) })
	return out[:min(len(out), b.Limit)], nil
}

// Measured calls with what is measured of each matter, in the order of their numbers.
func (d *Desk) Measured(ctx context.Context, q store.Q, set *indicator.Set, each func(docket.Measured)) error {
	const page = 1000
	for after := int64(0); ; {
		list, err := d.docket.Measured(ctx, q, set.Key, after, page)
		if err != nil {
			return err
		}
		for _, m := range list {
			by, err := d.setOf(ctx, q, set, m.Charter)
			if err != nil {
				return err
			}
			m.Bits = set.From(by, m.Bits)
			each(m)
			after = m.Matter
		}
		if len(list) < page {
			return nil
		}
	}
}
