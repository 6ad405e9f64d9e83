package docket

import (
	"context"

	"gongzhi/internal/store"
)

var (
	nearReports = queries.Get("reports-near")
	sameReports = queries.Get("reports-same")
)

// Box is a stretch of ground in millionths of a degree, its borders included.
type Box struct{ West, South, East, North int64 }

// Has tells whether a place lies in the box.
func (b Box) Has(lon, lat int64) bool {
	return lon >= b.West && lon <= b.East && lat >= b.South && lat <= b.North
}

// Near lists open public reports of one category that were placed within a box, the newest first.
func (d *Docket) Near(ctx context.Context, q store.Q, method, category string, in Box, since int64, limit int) ([]Report, error) {
	return store.Select[Report](ctx, q, nearReports, d.tenant, method, category, in.South, in.North, in.West, in.East, since, limit)
}

// Same lists open public reports of one category about one row, the newest first: for whoever says no place on the map.
func (d *Docket) Same(ctx context.Context, q store.Q, method, category, subject string, since int64, limit int) ([]Report, error) {
	return store.Select[Report](ctx, q, sameReports, d.tenant, method, category, subject, since, limit)
}
