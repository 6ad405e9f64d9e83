package docket

import (
	"context"
	"math"

	"gongzhi/internal/store"
)

var (
	shownOpen  = queries.Get("shown-open")
	shownAll   = queries.Get("shown")
	shownOf    = queries.Get("shown-of")
	shownIn    = queries.Get("shown-in")
	cells      = queries.Get("cells")
	cellsEnded = queries.Get("cells-ended")
	clearCells = queries.Get("clear-cells")
)

// Sizes are the sides of the squares in which public reports are counted, in millionths of a degree; from north to south
// they are some 57, 230 and 910 metres.
var Sizes = [...]int64{512, 2048, 8192}

// Everywhere is a box with all of the ground in it.
var Everywhere = Box{West: -180_000_000, South: -90_000_000, East: 180_000_000, North: 90_000_000}

// Shown is which public reports of a method a map shows: what is open, or both that and what has ended, or what has ended
// of those opened since an instant.
type Shown struct {
	Method   string
	Category string // "" is any
	Subject  string // row they are about; "" is any
	Open     bool
	Ended    bool
	Since    int64 // µs; with Ended alone
	In       Box   // Everywhere also has what was not placed
}

func (a Shown) within() (south, north, west, east int64, unplaced bool) {
	return a.In.South, a.In.North, a.In.West, a.In.East, a.In == Everywhere
}

// Shown lists reports, the newest first: those after a report that was listed before, or from the first on where after
// is zero. It walks as far as it has to for so many: what lies in a small box is found by [Docket.ShownIn].
func (d *Docket) Shown(ctx context.Context, q store.Q, a Shown, after Report, limit int) ([]Report, error) {
	from := after.Opened
	if after.Matter == 0 {
		from = math.MaxInt64
	}
	south, north, west, east, unplaced := a.within()
	args := []any{d.tenant, a.Method, from, after.Matter, a.Category, a.Subject, south, north, west, east, unplaced, limit}
	if a.Open && !a.Ended {
		return store.Select[Report](ctx, q, shownOpen, args...)
	}
	query := shownAll
	if a.Category != "" {
		query = shownOf
	}
	return store.Select[Report](ctx, q, query, append(args, a.Since, a.Open)...)
}

// ShownIn lists what lies in the box, the newest first, and looks at nothing else. It does not go by Since.
func (d *Docket) ShownIn(ctx context.Context, q store.Q, a Shown, limit int) ([]Report, error) {
	south, north, west, east, _ := a.within()
	first, last := (south+90_000_000)/Sizes[0], (north+90_000_000)/Sizes[0]
	return store.Select[Report](ctx, q, shownIn, d.tenant, a.Method, a.Open, !a.Ended, south, north, west, east, first, last, a.Category, a.Subject, limit)
}

// Cell is how many reports lie in a square of the ground, and their middle in millionths of a degree.
type Cell struct {
	Square   Box
	Lon, Lat int64
	Placed   bool // else they lie nowhere: one Cell has all that were not placed
	N        int64
}

// Cells counts reports by squares whose sides are one of [Sizes], from south to north: those that the box has something
// of. It costs what there is of squares, however many reports lie in them; with Since, what was opened since.
func (d *Docket) Cells(ctx context.Context, q store.Q, a Shown, size int64) ([]Cell, error) {
	south, north, west, east, unplaced := a.within()
	args := []any{d.tenant, a.Method, size, (south + 90_000_000) / size, (north + 90_000_000) / size, (west + 180_000_000) / size, (east + 180_000_000) / size, a.Category, a.Subject}
	if unplaced {
		args[3], args[5] = int64(-1), int64(-1)
	}
	query := cells
	if a.Since > 0 {
		query, args = cellsEnded, append(args, a.Since)
	}
	rows, err := store.Select[struct {
		Y    int64 `db:"lat_cell"`
		X    int64 `db:"lon_cell"`
		N    int64 `db:"n"`
		Open int64 `db:"n_open"`
		Lat  int64 `db:"lat_sum"`
		Lon  int64 `db:"lon_sum"`
	}](ctx, q, query, args...)
	if err != nil {
		return nil, err
	}
	var out []Cell
	for _, row := range rows {
		c := Cell{Placed: row.Y >= 0}
		if a.Open {
			c.N += row.Open
		}
		if a.Ended {
			c.N += row.N - row.Open
		}
		if c.N == 0 {
			continue
		}
		if c.Placed {
			c.Square = Box{West: row.X*size - 180_000_000, South: row.Y*size - 90_000_000}
			c.Square.East, c.Square.North = c.Square.West+size-1, c.Square.South+size-1
			c.Lon, c.Lat = c.Square.West+row.Lon/row.N, c.Square.South+row.Lat/row.N
		}
		out = append(out, c)
	}
	return out, nil
}
