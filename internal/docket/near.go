package docket

import (
	"context"

	"gongzhi/internal/store"
)

var (
	nearReports = queries.Get("reports-near")
	sameReports = queries.Get("reports-same")
	openReports = queries.Get("reports-open")
)

// Box is a stretch of ground in millionths of a degree, its borders included.
type Box struct{ West, South, East, North int64 }

// Near lists open public reports of one category that were placed within a box, the newest first.
func (d *Docket) Near(ctx context.Context, q store.Q, method, category string, in Box, since int64, limit int) ([]Report, error) {
	return store.Select[Report](ctx, q, nearReports, d.tenant, method, category, in.South, in.North, in.West, in.East, since, limit)
}

// Same lists open public reports of one category about one row, the newest first: for whoever says no place on the map.
func (d *Docket) Same(ctx context.Context, q store.Q, method, category, subject string, since int64, limit int) ([]Report, error) {
	return store.Select[Report](ctx, q, sameReports, d.tenant, method, category, subject, since, limit)
}

// OpenReports lists the open public reports of a method, the newest first.
func (d *Docket) OpenReports(ctx context.Context, q store.Q, method string, limit int) ([]Report, error) {
	return store.Select[Report](ctx, q, openReports, d.tenant, method, limit)
}
