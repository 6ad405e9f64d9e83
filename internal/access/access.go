// Package access keeps the log of who read what was sealed, and what for.
//
// In: one entry for every value that a door is about to show in plain, written before it is shown. Out: the entries
// about one person, for that person; all entries, for auditors; and the proof that none was changed or left out between
// two others. Entries are added and never changed. The oldest are removed when their time is over, no others.
//
// It decides nothing: who may open what, package redact says, and how long entries are kept, the charter.
package access

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/gowebpki/jcs"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

//go:embed access.sql
var sqlText string

var (
	queries   = store.MustQueries("access", sqlText)
	nextEntry = queries.Get("next")
	setHead   = queries.Get("head")
	addEntry  = queries.Get("add")
	latest    = queries.Get("latest")
	aboutOne  = queries.Get("about")
	after     = queries.Get("after")
	dropUpTo  = queries.Get("drop")
)

// Log is that of one tenant.
type Log struct{ tenant int64 }

// New gives a tenant's log.
func New(tenant act.Tenant) *Log { return &Log{int64(tenant)} }

// Entry is one reading: of some fields of one row, or of the sealed answers of one act.
type Entry struct {
	Seq     int64
	At      time.Time
	By      act.By
	Purpose string     // key of the charter's dictionary
	Door    string     // "web"
	Place   string     // path of the place it was read in
	Object  string     // Row or Act
	Fields  []string   // what was read
	Subject act.Person // whom it tells of; "" where nobody
	Prev    act.Digest
	Hash    act.Digest
}

// Row names a row that was read.
func Row(id act.RowID) string { return "row " + id.String() }

// Act names an act whose answers were read.
func Act(matter act.Matter, seq int64) string { return fmt.Sprintf("act %d/%d", matter, seq) }

// row is an entry as its table holds it.
type row struct {
	Seq     int64  `db:"seq" json:"seq"`
	At      int64  `db:"at" json:"at"`
	Person  string `db:"person" json:"person"`
	Role    string `db:"role" json:"role"`
	Mandate string `db:"mandate" json:"mandate"`
	Purpose string `db:"purpose" json:"purpose"`
	Door    string `db:"door" json:"door"`
	Place   string `db:"place" json:"place"`
	Object  string `db:"object" json:"object"`
	Fields  string `db:"fields" json:"fields"`
	Subject string `db:"subject" json:"subject"`
	Prev    string `db:"prev" json:"prev"`
	Hash    string `db:"hash" json:"-"`
}

// digest is over everything but itself, in canonical JSON.
func (r row) digest() (string, error) {
	raw, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	if raw, err = jcs.Transform(raw); err != nil {
		return "", err
	}
	return string(act.Sum(raw)), nil
}

func (r row) entry() Entry {
	return Entry{
		Seq: r.Seq, At: time.UnixMicro(r.At).UTC(), By: act.By{Person: act.Person(r.Person), Role: r.Role, Mandate: r.Mandate}, Purpose: r.Purpose,
		Door: r.Door, Place: r.Place, Object: r.Object, Fields: strings.Split(r.Fields, ","), Subject: act.Person(r.Subject),
		Prev: act.Digest(r.Prev), Hash: act.Digest(r.Hash),
	}
}

// Add writes entries, in the transaction's instant. What they tell of is shown only once they are on disk.
func (l *Log) Add(ctx context.Context, tx *store.Tx, entries ...Entry) error {
	type head struct {
		Seq  int64  `db:"seq"`
		Hash string `db:"hash"`
	}
	for _, e := range entries {
		h, err := store.Get[head](ctx, tx, nextEntry, l.tenant)
		if err != nil {
			return fmt.Errorf("access: %w", err)
		}
		r := row{
			Seq: h.Seq, At: tx.Now().UnixMicro(), Person: string(e.By.Person), Role: e.By.Role, Mandate: e.By.Mandate, Purpose: e.Purpose, Door: e.Door,
			Place: e.Place, Object: e.Object, Fields: strings.Join(e.Fields, ","), Subject: string(e.Subject), Prev: h.Hash,
		}
		if r.Hash, err = r.digest(); err != nil {
			return fmt.Errorf("access: %w", err)
		}
		if _, err := store.Exec(ctx, tx, addEntry, l.tenant, r.Seq, r.At, r.Person, r.Role, r.Mandate, r.Purpose, r.Door, r.Place, r.Object,
			r.Fields, r.Subject, r.Prev, r.Hash); err != nil {
			return fmt.Errorf("access: %w", err)
		}
		if _, err := store.Exec(ctx, tx, setHead, l.tenant, r.Hash); err != nil {
			return fmt.Errorf("access: %w", err)
		}
	}
	return nil
}

// Latest gives entries before a number, newest first.
func (l *Log) Latest(ctx context.Context, q store.Q, before int64, limit int) ([]Entry, error) {
	return entries(store.Select[row](ctx, q, latest, l.tenant, before, limit))
}

// About gives entries about one person before a number, newest first.
func (l *Log) About(ctx context.Context, q store.Q, subject act.Person, before int64, limit int) ([]Entry, error) {
	return entries(store.Select[row](ctx, q, aboutOne, l.tenant, string(subject), before, limit))
}

func entries(rows []row, err error) ([]Entry, error) {
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}

// pageSize is how many entries are read at a time.
const pageSize = 1000

// Verify walks the log from its oldest entry and says the first thing that is wrong, or nil. Entries removed at their
// time are the beginning; whether it was their time, the certificates in the house's own book say.
func (l *Log) Verify(ctx context.Context, q store.Q) error {
	var last row
	for {
		page, err := store.Select[row](ctx, q, after, l.tenant, last.Seq, pageSize)
		if err != nil {
			return fmt.Errorf("access: %w", err)
		}
		for _, r := range page {
			if last.Seq != 0 && (r.Seq != last.Seq+1 || r.Prev != last.Hash) {
				return fmt.Errorf("access: entry %d does not follow %d", r.Seq, last.Seq)
			}
			want, err := r.digest()
			if err != nil {
				return fmt.Errorf("access: entry %d: %w", r.Seq, err)
			}
			if want != r.Hash {
				return fmt.Errorf("access: entry %d was changed after it was written", r.Seq)
			}
			last = r
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// Gone tells which entries were removed: how many, the last one's number, and its hash, which the next one follows.
type Gone struct {
	N    int64      `json:"n"`
	Upto int64      `json:"up_to"`
	Hash act.Digest `json:"hash"`
}

// Drop removes the entries made before an instant, oldest first, at most so many, and tells which. The last entry of all
// stays, so that the log never begins anew.
func (l *Log) Drop(ctx context.Context, tx *store.Tx, before time.Time, limit int) (Gone, error) {
	page, err := store.Select[row](ctx, tx, after, l.tenant, int64(0), limit+1)
	if err != nil {
		return Gone{}, fmt.Errorf("access: %w", err)
	}
	var g Gone
	for i, r := range page {
		if i == limit || i == len(page)-1 || r.At >= before.UnixMicro() {
			break
		}
		g = Gone{N: g.N + 1, Upto: r.Seq, Hash: act.Digest(r.Hash)}
	}
	if g.N == 0 {
		return g, nil
	}
	if _, err := store.Exec(ctx, tx, dropUpTo, l.tenant, g.Upto); err != nil {
		return Gone{}, fmt.Errorf("access: %w", err)
	}
	return g, nil
}
