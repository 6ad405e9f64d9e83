package tlog

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// ErrForked is for a checkpoint that is signed by the log and does not go on from one that was seen before: something that
// stood in it was changed or taken out.
var ErrForked = errors.New("tlog: the log does not go on from what it was")

// GoesOn is what a witness looks at before it signs: that the checkpoint is the log's, and that the tree goes on from the
// one before; nil is none seen yet. tile fetches a tile by its path. The tiles need not be trusted: what comes from them is
// held against both roots.
func GoesOn(signed []byte, log note.Verifier, before *Checkpoint, tile func(path string) ([]byte, error)) (Checkpoint, error) {
	now, _, err := OpenCheckpoint(signed, log)
	if err != nil {
		return now, err
	}
	switch {
	case now.Origin != log.Name():
		return now, fmt.Errorf("tlog: a checkpoint of %s", now.Origin)
	case before == nil || before.Size == 0:
		return now, nil
	case now.Size < before.Size, now.Size == before.Size && now.Root != before.Root:
		return now, ErrForked
	case now.Size == before.Size:
		return now, nil
	}
	read := tlog.TileHashReader(tlog.Tree{N: now.Size, Hash: now.Root}, fetched(tile))
	proof, err := tlog.ProveTree(now.Size, before.Size, read)
	if err != nil {
		return now, fmt.Errorf("tlog: the tiles do not give the root that was signed: %w", err)
	}
	if tlog.CheckTree(proof, now.Size, now.Root, before.Size, before.Root) != nil {
		return now, ErrForked
	}
	return now, nil
}

// fetched reads tiles from wherever a function finds them.
type fetched func(path string) ([]byte, error)

func (f fetched) Height() int { return Height }

func (f fetched) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, t := range list {
		var err error
		if out[i], err = f(TilePath(t.L, t.N, t.W)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (f fetched) SaveTiles([]tlog.Tile, [][]byte) {}
