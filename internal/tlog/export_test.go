package tlog

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Million is a log of a million made-up leaves, which proves any of them.
func Million() func(n int64) ([]tlog.Hash, error) {
	const size = 1_000_000
	t := newTiles(nil)
	for n := range int64(size) {
		if err := t.add(n, tlog.RecordHash(fmt.Append(nil, n))); err != nil {
			panic(err)
		}
	}
	root, err := tlog.TreeHash(size, t)
	if err != nil {
		panic(err)
	}
	return func(n int64) ([]tlog.Hash, error) {
		path, err := tlog.ProveRecord(size, n, t)
		if err != nil {
			return nil, err
		}
		return path, tlog.CheckRecord(path, size, root, n, tlog.RecordHash(fmt.Append(nil, n)))
	}
}
