// Package tlog is the public transparency log: an append-only Merkle tree over every act, which nobody can rewrite
// without anyone who kept an older checkpoint seeing it.
//
// In: stretches of acts that the ledger has queued with their commit. Out: tiles, entries and a signed checkpoint in
// the formats of C2SP (tlog-tiles, tlog-checkpoint, signed notes), proofs, and what witnesses have signed. A leaf holds
// the public bytes of an act; what is withheld from the public is in it as a hash only. Acts are integrated about once
// a second, after they were acknowledged: the hot path pays one small row. Hashes, tiles and the checkpoint are written
// in one transaction, so a crash at any point loses nothing, doubles nothing and signs no second tree of one size.
package tlog

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/ledger"
	"gongzhi/internal/store"
)

//go:embed tlog.sql
var sqlText string

var (
	queries      = store.MustQueries("tlog", sqlText)
	treeRow      = queries.Get("tree")
	holdTree     = queries.Get("hold-tree")
	beginTree    = queries.Get("begin-tree")
	moveTree     = queries.Get("move-tree")
	tileRow      = queries.Get("tile")
	putTile      = queries.Get("put-tile")
	addStretch   = queries.Get("add-stretch")
	stretchesIn  = queries.Get("stretches-in")
	stretchAt    = queries.Get("stretch-at")
	stretchOf    = queries.Get("stretch-of")
	witnessedRow = queries.Get("witnessed")
	putWitnessed = queries.Get("put-witnessed")
)

// Height is that of the tiles: 256 hashes each.
const Height = 8

// width is how many hashes or entries a full tile has.
const width = 1 << Height

// Config says which log is kept and how.
type Config struct {
	Tenant act.Tenant
	Store  *store.DB      // required
	Ledger *ledger.Ledger // required
	Clock  clock.Clock    // required
	Log    *slog.Logger   // default discards
	Every  time.Duration  // how often acts are integrated; default one second
	Batch  int            // most stretches one integration takes; default 2000
	// Key finds the key that the house's own book names last, where that is another one than this process signs with:
	// another process has changed it. Without it such a process signs nothing more.
	Key func(act.KeyGiven) (Key, error)
	// Step, if set, is called between the parts of an integration; an error ends it there. It is there to see what a
	// crash at that point would leave.
	Step func(Stage) error
}

// Stage is a point within an integration.
type Stage int

const (
	Read    Stage = iota + 1 // the queue was read and hashed, nothing is written
	Held                     // the tree is held, nothing is signed
	Signed                   // the checkpoint is signed, nothing is written
	Written                  // all is written, nothing is committed
)

// Log is the public log of one tenant. It is safe for concurrent use.
type Log struct {
	Config
	holder string // this process, in the tree's row

	mu     sync.RWMutex
	signer note.Signer // nil: nothing is signed, and the queue waits
	origin string
	public string // verifier key of the signer
}

// New makes a log that signs nothing yet; see [Log.SignWith].
func New(c Config) *Log {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Every == 0 {
		c.Every = time.Second
	}
	if c.Batch == 0 {
		c.Batch = 2000
	}
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	return &Log{Config: c, holder: hex.EncodeToString(raw)}
}

// SignWith sets the key under which checkpoints are signed from now on. Its name is the origin of the log.
func (l *Log) SignWith(k Key) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.signer, l.origin, l.public = k.Signer, k.Signer.Name(), k.Public
}

// onRecord makes sure that what is signed is signed by the key on record, also when another process has changed it since.
func (l *Log) onRecord(ctx context.Context, q store.Q) error {
	a, changed, err := l.Ledger.LastOfHouse(ctx, q, act.LogKey)
	if err != nil || !changed {
		return err
	}
	var given act.KeyGiven
	if err := a.Into(&given); err != nil {
		return err
	}
	l.mu.RLock()
	same := l.public == given.Key
	l.mu.RUnlock()
	if same {
		return nil
	}
	if l.Key == nil {
		return fmt.Errorf("tlog: the key on record is %s, which is not here", given.Key)
	}
	k, err := l.Key(given)
	if err == nil {
		l.SignWith(k)
	}
	return err
}

func (l *Log) signs() (note.Signer, string) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.signer, l.origin
}

// Tree is the log as it was signed last.
type Tree struct {
	Size   int64  `db:"size"`
	Root   string `db:"root"` // lower-case hex
	Note   string `db:"note"`
	Made   int64  `db:"made"`
	Holder string `db:"holder"`
	Until  int64  `db:"until"`
}

// At is when it was signed.
func (t Tree) At() time.Time { return time.UnixMicro(t.Made).UTC() }

// Hash is the root as package tlog wants it.
func (t Tree) Hash() (tlog.Hash, error) { return parseHash(t.Root) }

func parseHash(s string) (h tlog.Hash, err error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != tlog.HashSize {
		return h, fmt.Errorf("tlog: %q is no hash", s)
	}
	copy(h[:], raw)
	return h, nil
}

// Tree gives the log as it was signed last; ok is false before the first checkpoint.
func (l *Log) Tree(ctx context.Context, q store.Q) (t Tree, ok bool, err error) {
	t, err = store.Get[Tree](ctx, q, treeRow, int64(l.Tenant))
	if errors.Is(err, store.ErrNotFound) {
		return Tree{}, false, nil
	}
	return t, err == nil, err
}

// Run integrates what is queued, until the context ends. It returns nil then; what goes wrong meanwhile is logged and
// tried again.
func (l *Log) Run(ctx context.Context) error {
	tick := time.NewTicker(l.Every)
	defer tick.Stop()
	for {
		for ctx.Err() == nil {
			n, err := l.Integrate(ctx)
			if err != nil && ctx.Err() == nil {
				l.Log.Error("tlog: integrating", "err", err)
			}
			if err != nil || n == 0 {
				break
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// place is where a leaf is read from: an act of a matter.
type place struct {
	N      int64      `db:"n"`
	Matter act.Matter `db:"matter"`
	First  int64      `db:"first"`
	Last   int64      `db:"last"`
}

// Find gives the number of the leaf that holds an act; ok is false while it is not integrated.
func (l *Log) Find(ctx context.Context, q store.Q, matter act.Matter, seq int64) (n int64, ok bool, err error) {
	p, err := store.Get[place](ctx, q, stretchOf, int64(l.Tenant), int64(matter), seq)
	if errors.Is(err, store.ErrNotFound) || err == nil && seq > p.Last {
		return 0, false, nil
	}
	return p.N + seq - p.First, err == nil, err
}

// Acts gives the acts of the leaves from n up to but without end, in their order.
func (l *Log) Acts(ctx context.Context, q store.Q, n, end int64) ([]act.Act, error) {
	first, err := store.Get[place](ctx, q, stretchAt, int64(l.Tenant), n)
	if err != nil {
		return nil, fmt.Errorf("tlog: leaf %d: %w", n, err)
	}
	list, err := store.Select[place](ctx, q, stretchesIn, int64(l.Tenant), first.N, end)
	if err != nil {
		return nil, fmt.Errorf("tlog: leaf %d: %w", n, err)
	}
	var out []act.Act
	for _, p := range list {
		from, to := max(n, p.N)-p.N+p.First, min(end-p.N-1+p.First, p.Last)
		acts, err := l.Ledger.Page(ctx, q, p.Matter, from-1, int(to-from+1))
		if err != nil {
			return nil, err
		}
		out = append(out, acts...)
	}
	if int64(len(out)) != end-n {
		return nil, fmt.Errorf("tlog: leaves %d to %d are %d acts", n, end, len(out))
	}
	return out, nil
}
