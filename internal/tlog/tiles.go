package tlog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/store"
)

// tileKey names one tile of hashes.
type tileKey struct {
	level int
	n     int64
}

// tiles reads hashes from tiles, each tile once, from wherever get finds it.
type tiles struct {
	get   func(k tileKey) ([]byte, error)
	known map[tileKey][]byte
	dirty map[tileKey]bool
}

func newTiles(get func(k tileKey) ([]byte, error)) *tiles {
	return &tiles{get: get, known: map[tileKey][]byte{}, dirty: map[tileKey]bool{}}
}

func (t *tiles) tile(k tileKey) ([]byte, error) {
	data, ok := t.known[k]
	if ok {
		return data, nil
	}
	data, err := t.get(k)
	if err != nil {
		return nil, err
	}
	t.known[k] = data
	return data, nil
}

// ReadHashes makes tiles a tlog.HashReader.
func (t *tiles) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		where := tlog.TileForIndex(Height, x)
		data, err := t.tile(tileKey{where.L, where.N})
		if err != nil {
			return nil, err
		}
		if out[i], err = tlog.HashFromTile(where, data, x); err != nil {
			return nil, fmt.Errorf("tlog: tile %d of level %d: %w", where.N, where.L, err)
		}
	}
	return out, nil
}

// add appends the hash of leaf n, and above it the hash of each tile that it fills.
func (t *tiles) add(n int64, h tlog.Hash) error {
	for level := 0; ; level++ {
		k := tileKey{level, n / width}
		var data []byte
		if n%width > 0 {
			before, err := t.tile(k)
			if err != nil {
				return err
			}
			if int64(len(before)) != n%width*tlog.HashSize {
				return fmt.Errorf("tlog: tile %d of level %d has %d bytes before its hash %d", k.n, level, len(before), n%width)
			}
			data = before
		}
		data = append(data[:len(data):len(data)], h[:]...)
		t.known[k], t.dirty[k] = data, true
		if n++; n%width > 0 {
			return nil
		}
		n = n/width - 1 // this tile's place in the level above
		h = over(data)
	}
}

// over is the hash of a full tile: that of the whole subtree below it.
func over(data []byte) tlog.Hash {
	if len(data) == tlog.HashSize {
		return tlog.Hash(data)
	}
	return tlog.NodeHash(over(data[:len(data)/2]), over(data[len(data)/2:]))
}

// stored are the tiles as they lie in the database.
func (l *Log) stored(ctx context.Context, q store.Q) *tiles {
	return newTiles(func(k tileKey) ([]byte, error) {
		data, err := store.Get[[]byte](ctx, q, tileRow, int64(l.Tenant), int64(k.level), k.n)
		if err != nil {
			return nil, fmt.Errorf("tlog: tile %d of level %d: %w", k.n, k.level, err)
		}
		return data, nil
	})
}

// ErrNoTile is for a tile that the log does not have, or not yet.
var ErrNoTile = errors.New("tlog: there is no such tile")

// Tile gives the first w hashes of a tile.
func (l *Log) Tile(ctx context.Context, q store.Q, level int, n int64, w int) ([]byte, error) {
	data, err := store.Get[[]byte](ctx, q, tileRow, int64(l.Tenant), int64(level), n)
	if errors.Is(err, store.ErrNotFound) || err == nil && len(data) < w*tlog.HashSize {
		return nil, ErrNoTile
	}
	if err != nil {
		return nil, err
	}
	return data[:w*tlog.HashSize], nil
}

// Entries gives the first w leaves of a tile, each behind its length in two bytes.
func (l *Log) Entries(ctx context.Context, q store.Q, n int64, w int) ([]byte, error) {
	t, ok, err := l.Tree(ctx, q)
	if err != nil {
		return nil, err
	}
	if !ok || n*width+int64(w) > t.Size {
		return nil, ErrNoTile
	}
	acts, err := l.Acts(ctx, q, n*width, n*width+int64(w))
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, a := range acts {
		leaf, err := Leaf(a)
		if err != nil {
			return nil, err
		}
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(leaf))), leaf...)
	}
	return out, nil
}

// SplitEntries gives the leaves of a tile of entries.
func SplitEntries(raw []byte) ([][]byte, error) {
	var out [][]byte
	for len(raw) > 0 {
		if len(raw) < 2 || len(raw)-2 < int(binary.BigEndian.Uint16(raw)) {
			return out, errors.New("tlog: a tile of entries is cut off")
		}
		n := int(binary.BigEndian.Uint16(raw))
		out = append(out, raw[2:2+n])
		raw = raw[2+n:]
	}
	return out, nil
}

// TilePath is the path of a tile as C2SP tlog-tiles writes it: "tile/0/x001/x234/067", "tile/1/000.p/17". Level -1 are
// the entries.
func TilePath(level int, n int64, w int) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	name := "entries"
	if level >= 0 {
		name = strconv.Itoa(level)
	}
	path = "tile/" + name + "/" + path
	if w < width {
		path += ".p/" + strconv.Itoa(w)
	}
	return path
}

// ReadTilePath reads what TilePath writes, and refuses any other spelling.
func ReadTilePath(path string) (level int, n int64, w int, ok bool) {
	rest, isTile := strings.CutPrefix(path, "tile/")
	name, rest, cut := strings.Cut(rest, "/")
	if !isTile || !cut {
		return 0, 0, 0, false
	}
	level = -1
	if name != "entries" {
		var err error
		if level, err = strconv.Atoi(name); err != nil || level < 0 || level > 63/Height {
			return 0, 0, 0, false
		}
	}
	w = width
	if whole, part, partial := strings.Cut(rest, ".p/"); partial {
		var err error
		if w, err = strconv.Atoi(part); err != nil || w < 1 || w >= width {
			return 0, 0, 0, false
		}
		rest = whole
	}
	for _, digits := range strings.Split(rest, "/") {
		digits = strings.TrimPrefix(digits, "x")
		d, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || len(digits) != 3 || n > 1<<50 {
			return 0, 0, 0, false
		}
		n = n*1000 + int64(d)
	}
	return level, n, w, TilePath(level, n, w) == path
}

// TilesOf lists the paths of every tile of a tree, hashes and entries, the last of each level as wide as it is.
func TilesOf(size int64) (paths []string) {
	for level := -1; level <= 63/Height; level++ {
		hashes := size >> (Height * max(level, 0))
		if hashes == 0 {
			break
		}
		for n := range hashes / width {
			paths = append(paths, TilePath(level, n, width))
		}
		if w := hashes % width; w > 0 {
			paths = append(paths, TilePath(level, hashes/width, int(w)))
		}
	}
	return paths
}
