package tlog

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/ledger"
	"gongzhi/internal/store"
)

// lease is for how long the process that integrated last is left to go on alone. It saves work that would be thrown
// away; that no two trees of one size are signed rests on the tree's row, which is held while one is.
const lease = 5 * time.Second

// grown is a tree with the acts that were read for it, before any of it is written.
type grown struct {
	from  Tree
	list  []ledger.Stretch
	size  int64
	root  tlog.Hash
	tiles *tiles
}

// Integrate puts what is queued into the tree and signs it, in one transaction. It gives the number of leaves that it
// added, and none when nothing waits, when another process is at it, or when there is no key to sign with.
func (l *Log) Integrate(ctx context.Context) (added int64, err error) {
	signer, _ := l.signs()
	if signer == nil {
		return 0, nil
	}
	g, err := l.grow(ctx)
	if err != nil || g == nil {
		return 0, err
	}
	if err := l.step(Read); err != nil {
		return 0, err
	}
	err = l.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		added = 0
		moved, err := l.write(ctx, tx, g)
		if moved {
			added = g.size - g.from.Size
		}
		return err
	})
	return added, err
}

func (l *Log) step(s Stage) error {
	if l.Step == nil {
		return nil
	}
	return l.Step(s)
}

// grow reads the queue and works out the next tree, outside any transaction that others wait for. It gives nil when
// there is nothing to do: the first checkpoint is signed also over nothing.
func (l *Log) grow(ctx context.Context) (g *grown, err error) {
	err = l.Store.View(ctx, func(ctx context.Context, q store.Q) error {
		from, begun, err := l.Tree(ctx, q)
		if err != nil {
			return err
		}
		if begun && l.leased(from) {
			return nil
		}
		list, err := l.Ledger.Unlogged(ctx, q, l.Batch)
		if err != nil || begun && len(list) == 0 {
			return err
		}
		if err := l.onRecord(ctx, q); err != nil {
			return err
		}
		inOrder(list)
		g = &grown{from: from, list: list, size: from.Size, tiles: l.stored(ctx, q)}
		if !begun {
			g.from.Root = emptyRoot
		}
		for _, s := range list {
			acts, err := l.Ledger.Page(ctx, q, s.Matter, s.First-1, int(s.Last-s.First+1))
			if err != nil {
				return err
			}
			if int64(len(acts)) != s.Last-s.First+1 {
				return fmt.Errorf("tlog: acts %d to %d of matter %d are not there", s.First, s.Last, s.Matter)
			}
			for _, a := range acts {
				leaf, err := Leaf(a)
				if err != nil {
					return err
				}
				if err := g.tiles.add(g.size, tlog.RecordHash(leaf)); err != nil {
					return err
				}
				g.size++
			}
		}
		g.root, err = tlog.TreeHash(g.size, g.tiles)
		return err
	})
	return g, err
}

// leased tells whether another process is at it. A SQLite file belongs to one process: whoever opens it after a crash need
// wait for nobody.
func (l *Log) leased(t Tree) bool {
	return l.Store.Engine() == store.Postgres && t.Holder != l.holder && t.Until > l.Clock.Now().UnixMicro()
}

// emptyRoot is the root of a tree without leaves: the hash of nothing.
var emptyRoot = string(act.Sum(nil))

// inOrder makes the stretches of one matter come in the order of their acts, also where the clock of the server that
// wrote the later one was behind.
func inOrder(list []ledger.Stretch) {
	places := map[act.Matter][]int{}
	for i, s := range list {
		places[s.Matter] = append(places[s.Matter], i)
	}
	for _, at := range places {
		if len(at) == 1 {
			continue
		}
		those := make([]ledger.Stretch, len(at))
		for i, p := range at {
			those[i] = list[p]
		}
		slices.SortFunc(those, func(a, b ledger.Stretch) int { return int(a.First - b.First) })
		for i, p := range at {
			list[p] = those[i]
		}
	}
}

// write signs and writes the tree, if it still goes on from the one that was read.
func (l *Log) write(ctx context.Context, tx *store.Tx, g *grown) (moved bool, err error) {
	if _, err := store.Exec(ctx, tx, beginTree, int64(l.Tenant), emptyRoot); err != nil {
		return false, err
	}
	now, err := store.Get[Tree](ctx, tx, holdTree, int64(l.Tenant))
	if err != nil {
		return false, err
	}
	if now.Size != g.from.Size || now.Root != g.from.Root {
		return false, nil // another process was first; the next round sees what it left
	}
	if err := l.step(Held); err != nil {
		return false, err
	}
	signer, origin := l.signs()
	root := hex.EncodeToString(g.root[:])
	signed, err := sign(origin, g.size, g.root, signer)
	if err != nil {
		return false, err
	}
	if err := l.step(Signed); err != nil {
		return false, err
	}
	n, err := store.Exec(ctx, tx, moveTree, int64(l.Tenant), now.Size, now.Root, g.size, root, string(signed), tx.Now().UnixMicro(),
		l.holder, tx.Now().Add(lease).UnixMicro())
	if err != nil || n != 1 {
		return false, err
	}
	at := g.from.Size
	for _, s := range g.list {
		if _, err := store.Exec(ctx, tx, addStretch, int64(l.Tenant), at, int64(s.Matter), s.First, s.Last); err != nil {
			return false, err
		}
		at += s.Last - s.First + 1
	}
	for k := range g.tiles.dirty {
		if _, err := store.Exec(ctx, tx, putTile, int64(l.Tenant), int64(k.level), k.n, g.tiles.known[k]); err != nil {
			return false, err
		}
	}
	if err := l.Ledger.Logged(ctx, tx, g.list); err != nil {
		return false, err
	}
	return true, l.step(Written)
}

// Sign signs the tree as it stands once more, after the key was changed. It does nothing while there is no tree.
func (l *Log) Sign(ctx context.Context, tx *store.Tx) error {
	t, ok, err := l.Tree(ctx, tx)
	if err != nil || !ok {
		return err
	}
	root, err := t.Hash()
	if err != nil {
		return err
	}
	signer, origin := l.signs()
	signed, err := sign(origin, t.Size, root, signer)
	if err != nil {
		return err
	}
	_, err = store.Exec(ctx, tx, moveTree, int64(l.Tenant), t.Size, t.Root, t.Size, t.Root, string(signed), tx.Now().UnixMicro(), l.holder, t.Until)
	return err
}
