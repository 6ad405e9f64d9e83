package tlog

import (
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/store"
)

// Inclusion shows that a leaf is in the tree of a checkpoint.
type Inclusion struct {
	Index int64
	Tree  Tree
	Leaf  []byte
	Path  []tlog.Hash // from the leaf up
}

// Prove shows that a leaf is in the log as it was signed last.
func (l *Log) Prove(ctx context.Context, q store.Q, index int64) (Inclusion, error) {
	t, ok, err := l.Tree(ctx, q)
	if err != nil {
		return Inclusion{}, err
	}
	if !ok || index >= t.Size {
		return Inclusion{}, errors.New("tlog: that leaf is not in the log")
	}
	acts, err := l.Acts(ctx, q, index, index+1)
	if err != nil {
		return Inclusion{}, err
	}
	leaf, err := Leaf(acts[0])
	if err != nil {
		return Inclusion{}, err
	}
	path, err := tlog.ProveRecord(t.Size, index, l.stored(ctx, q))
	if err != nil {
		return Inclusion{}, err
	}
	root, err := t.Hash()
	if err != nil {
		return Inclusion{}, err
	}
	// Checked before it is handed out: a leaf that was changed in the database must not pass for proved.
	if err := tlog.CheckRecord(path, t.Size, root, index, tlog.RecordHash(leaf)); err != nil {
		return Inclusion{}, err
	}
	return Inclusion{index, t, leaf, path}, nil
}

// RootAt is the root that the log had when it had so many leaves, worked out from today's tiles. ok is false for a
// size that it has not reached.
func (l *Log) RootAt(ctx context.Context, q store.Q, size int64) (root tlog.Hash, ok bool, err error) {
	t, begun, err := l.Tree(ctx, q)
	if err != nil || !begun || size < 0 || size > t.Size {
		return root, false, err
	}
	root, err = tlog.TreeHash(size, l.stored(ctx, q))
	return root, err == nil, err
}

// Consistency are the hashes that show that the tree of a size is the beginning of the one that was signed last.
func (l *Log) Consistency(ctx context.Context, q store.Q, size int64) (Tree, []tlog.Hash, error) {
	t, _, err := l.Tree(ctx, q)
	if err != nil {
		return t, nil, err
	}
	path, err := tlog.ProveTree(t.Size, size, l.stored(ctx, q))
	return t, path, err
}
