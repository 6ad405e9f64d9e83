package house

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/docket"
	"gongzhi/internal/indicator"
	"gongzhi/internal/store"
	"gongzhi/internal/tlog"
	"gongzhi/internal/verify"
)

// Export writes the public bundle: the signed checkpoint, the tiles and entries under it, the acts too large for their
// leaves, every version of the charter, the votes' rolls and certificates, and the figures of indicators. It is what /log/
// serves, with figures that are pages of the site, and nothing that is not public, unless opened: then the acts whose
// bodies are withheld are in it too, for an auditor who may see them. put is called once for each file. What waits is
// integrated first.
func (h *House) Export(ctx context.Context, opened bool, put func(path string, data []byte) error) error {
	for range exportTries {
		for n := int64(1); n > 0; {
			var err error
			if n, err = h.PublicLog.Integrate(ctx); err != nil {
				return err
			}
		}
		if err := h.Desk.Follow(ctx); err != nil {
			return err
		}
		if err := h.export(ctx, opened, put); !errors.Is(err, errAhead) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(exportPause):
		}
	}
	return errAhead
}

// A server that runs on meanwhile integrates once a second; an instant at which nothing waits comes soon.
const (
	exportTries = 100
	exportPause = 97 * time.Millisecond
)

// errAhead is for a record that is ahead of the log: figures are of all that is recorded, and would not be those of the
// checkpoint. Nothing was put.
var errAhead = errors.New("house: acts are still on their way into the public log; export when less is going on")

func (h *House) export(ctx context.Context, opened bool, put func(path string, data []byte) error) error {
	return h.Store.View(ctx, func(ctx context.Context, q store.Q) error {
		t, ok, err := h.PublicLog.Tree(ctx, q)
		if err != nil {
			return err
		}
		if !ok {
			return errors.New("house: there is no signed log to export; see whether its key is there")
		}
		waiting, err := h.Ledger.Unlogged(ctx, q, 1)
		if err != nil {
			return err
		}
		last, err := h.Ledger.LastInstalled(ctx, q)
		if err != nil {
			return err
		}
		if len(waiting) > 0 || last != h.Desk.Charter().Digest {
			return errAhead
		}
		signed, err := h.PublicLog.Checkpoint(ctx, q)
		if err != nil {
			return err
		}
		if err := put("checkpoint", []byte(signed)); err != nil {
			return err
		}
		for _, path := range tlog.TilesOf(t.Size) {
			level, n, w, _ := tlog.ReadTilePath(path)
			read := func() ([]byte, error) { return h.PublicLog.Tile(ctx, q, level, n, w) }
			if level < 0 {
				read = func() ([]byte, error) { return h.PublicLog.Entries(ctx, q, n, w) }
			}
			raw, err := read()
			if err != nil {
				return fmt.Errorf("house: %s: %w", path, err)
			}
			if err := put(path, raw); err != nil {
				return err
			}
		}
		return h.exportActs(ctx, q, t.Size, opened, put)
	})
}

// exportActs writes what lies beside the tiles.
func (h *House) exportActs(ctx context.Context, q store.Q, size int64, opened bool, put func(string, []byte) error) error {
	var votes []verify.Derived
	var newest time.Time
	seen := map[act.Digest]bool{}
	const page = 1000
	for n := int64(0); n < size; n += page {
		acts, err := h.PublicLog.Acts(ctx, q, n, min(n+page, size))
		if err != nil {
			return err
		}
		for _, a := range acts {
			if a.Recorded.After(newest) {
				newest = a.Recorded
			}
			if tlog.IsLarge(a) || opened && a.Withheld() {
				raw, err := a.Canonical()
				if err != nil {
					return err
				}
				if err := put(verify.Opened(a), raw); err != nil {
					return err
				}
			}
			if version := a.Basis.Charter; !seen[version] && version != "" {
				seen[version] = true
				raw, err := h.Ledger.Charter(ctx, q, version)
				if err != nil {
					return fmt.Errorf("house: charter %s: %w", version, err)
				}
				if err := put("charter/"+string(version)+".zip", raw); err != nil {
					return err
				}
			}
		}
		votes = append(votes, verify.Tallies(func(yield func(int64, act.Act) bool) {
			for i, a := range slices.All(acts) {
				if !opened && a.Withheld() {
					continue // of a private matter, or what a household answered
				}
				if !yield(n+int64(i), a) {
					return
				}
			}
		})...)
	}
	if err := putJSON("tallies.json", append([]verify.Derived{}, votes...), put); err != nil {
		return err
	}
	figures := []verify.Said{}
	c := h.Desk.Charter()
	for _, key := range slices.Sorted(maps.Keys(c.Indicators)) {
		set := c.Indicators[key]
		var list []verify.Measured
		if err := h.Desk.Measured(ctx, q, set, func(m docket.Measured) {
			list = append(list, verify.Measured{Matter: act.Matter(m.Matter), Opened: time.UnixMicro(m.Opened), Group: m.Group, Bits: m.Bits, Private: m.Private})
		}); err != nil {
			return err
		}
		settled, err := h.settledBy(ctx, q, set, list, newest)
		if err != nil {
			return err
		}
		figures = append(figures, verify.Say(set, c.Digest, list, settled, c.Privacy.Fewest))
	}
	return putJSON("indicators.json", figures, put)
}

// settledBy are the matters of every month that was over with the newest act, as they stood when it ended.
func (h *House) settledBy(ctx context.Context, q store.Q, set *indicator.Set, list []verify.Measured, newest time.Time) (map[string][]indicator.Count, error) {
	settled := map[string][]indicator.Count{}
	for _, m := range list {
		from := verify.Month(m.Opened)
		until, key := from.AddMonths(1).Start(), from.String()[:len("2026-03")]
		if _, known := settled[key]; known || !m.Private || newest.Before(until) {
			continue
		}
		counts, err := h.Desk.Figures(ctx, q, set, docket.Behind{From: from.Start(), Until: until, AsOf: until.Add(-time.Microsecond)})
		if err != nil {
			return nil, err
		}
		settled[key] = counts
	}
	return settled, nil
}

func putJSON(path string, v any, put func(string, []byte) error) error {
	raw, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return fmt.Errorf("house: %w", err)
	}
	return put(path, append(raw, '\n'))
}
