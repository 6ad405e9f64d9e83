// Package ledger appends acts and verifies them.
//
// In: drafts that the rules want recorded. Out: acts with their numbers, commitments and place in the matter's hash
// chain, written in the caller's transaction. An act is never changed and never removed; only the sealed value behind
// a commitment may be erased, and the chain still verifies.
package ledger

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

//go:embed ledger.sql
var sqlText string

var (
	queries        = store.MustQueries("ledger", sqlText)
	appendAct      = queries.Get("append")
	sealValue      = queries.Get("seal")
	actsAfter      = queries.Get("acts-after")
	actsLatest     = queries.Get("acts-latest")
	actsStep       = queries.Get("acts-step")
	lastAct        = queries.Get("last")
	matters        = queries.Get("matters")
	unseal         = queries.Get("unseal")
	eraseValue     = queries.Get("erase")
	reached        = queries.Get("reached")
	reach          = queries.Get("reach")
	submissionByID = queries.Get("submission")
	noteSubmission = queries.Get("note-submission")
	sealedAfter    = queries.Get("sealed-after")
	sealedOf       = queries.Get("sealed-of")
	sealedBy       = queries.Get("sealed-by")
	nameFile       = queries.Get("name-file")
	fileUses       = queries.Get("file-uses")
	filesNamed     = queries.Get("files-named")
	filesOf        = queries.Get("files-of")
	unnameFiles    = queries.Get("unname-files")
	count          = queries.Get("count")
	keepCharter    = queries.Get("keep-charter")
	charterFiles   = queries.Get("charter")
	allCharters    = queries.Get("charters")
	addTenant      = queries.Get("add-tenant")
	lastOfHouse    = queries.Get("last-of-house")
	queueUnlogged  = queries.Get("queue-unlogged")
	unlogged       = queries.Get("unlogged")
	lastUnlogged   = queries.Get("last-unlogged")
	takeLogged     = queries.Get("take-logged")
)

// Ledger is the record of one tenant.
type Ledger struct {
	tenant act.Tenant
	vault  *vault.Vault
	nolog  bool
}

// New gives the ledger of a tenant whose sealed values the vault opens.
func New(tenant act.Tenant, v *vault.Vault) *Ledger { return &Ledger{tenant: tenant, vault: v} }

// WithoutLog gives the same ledger for a house that keeps no public log: what it writes waits for none.
func (l *Ledger) WithoutLog() *Ledger { return &Ledger{tenant: l.tenant, vault: l.vault, nolog: true} }

// Tenant is whose record it is.
func (l *Ledger) Tenant() act.Tenant { return l.tenant }

// Chain collects the acts that one submission adds to one matter. Nothing is written before Write.
type Chain struct {
	ledger *Ledger
	matter act.Matter
	seq    int64
	head   act.Digest
	acts   []act.Act
	sealed []sealedRow
	files  []FileUse
}

type sealedRow struct {
	Tenant int64  `db:"tenant"`
	Matter int64  `db:"matter"`
	Seq    int64  `db:"seq"`
	Field  string `db:"field"`
	Salt   []byte `db:"salt"`
	Value  []byte `db:"value"`
}

// Chain goes on after the act with this number and hash; both are zero before a matter's first act.
func (l *Ledger) Chain(matter act.Matter, seq int64, head act.Digest) *Chain {
	return &Chain{ledger: l, matter: matter, seq: seq, head: head}
}

const saltSize = 16

// Add makes the next act of a: it numbers it, commits to the sealed values and puts it into the chain.
func (c *Chain) Add(a act.Act, body any, sealed map[string]string) (act.Act, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return act.Act{}, fmt.Errorf("ledger: body of %s: %w", a.Kind, err)
	}
	a.Tenant, a.Matter, a.Seq, a.Body = c.ledger.tenant, c.matter, c.seq+1, raw
	for _, field := range sortedKeys(sealed) {
		salt := make([]byte, saltSize)
		if _, err := rand.Read(salt); err != nil {
			return act.Act{}, fmt.Errorf("ledger: salt: %w", err)
		}
		value := sealed[field]
		c.uses(a, field, []byte(value))
		a.Sealed = append(a.Sealed, act.Commit(field, salt, value))
		c.sealed = append(c.sealed, sealedRow{
			int64(a.Tenant), int64(a.Matter), a.Seq, field, salt, c.ledger.vault.Seal(place(a, field), []byte(value)),
		})
	}
	c.uses(a, "", raw)
	if err := a.Seal(c.head); err != nil {
		return act.Act{}, err
	}
	c.seq, c.head = a.Seq, a.Hash
	c.acts = append(c.acts, a)
	return a, nil
}

// Acts are those collected so far.
func (c *Chain) Acts() []act.Act { return c.acts }

func place(a act.Act, field string) string {
	return fmt.Sprintf("act/%d/%d/%d/%s", a.Tenant, a.Matter, a.Seq, field)
}

// Write appends what was collected. Two writers at one matter cannot both succeed: the second meets the first one's
// numbers and gets a conflict.
func (c *Chain) Write(ctx context.Context, tx *store.Tx) error {
	for _, a := range c.acts {
		row, err := toRow(a)
		if err != nil {
			return err
		}
		if err := store.Later(ctx, tx, appendAct, row.Tenant, row.Matter, row.Seq, row.Kind, row.Step, row.At, row.Recorded, row.Made, row.Person,
			row.Role, row.Mandate, row.Charter, row.Clause, row.Submission, row.Body, row.Sealed, row.Prev, row.Hash); err != nil {
			return fmt.Errorf("ledger: matter %d, act %d: %w", a.Matter, a.Seq, err)
		}
	}
	for _, s := range c.sealed {
		if err := store.Later(ctx, tx, sealValue, s.Tenant, s.Matter, s.Seq, s.Field, s.Salt, s.Value); err != nil {
			return fmt.Errorf("ledger: sealing: %w", err)
		}
	}
	if err := c.nameFiles(ctx, tx); err != nil || len(c.acts) == 0 || c.ledger.nolog {
		return err
	}
	return c.ledger.queue(ctx, tx, c.acts)
}

// row is an act as its table holds it.
type row struct {
	Tenant     int64  `db:"tenant"`
	Matter     int64  `db:"matter"`
	Seq        int64  `db:"seq"`
	Kind       string `db:"kind"`
	Step       string `db:"step"`
	At         int64  `db:"at"`
	Recorded   int64  `db:"recorded"`
	Made       int64  `db:"made"`
	Person     string `db:"person"`
	Role       string `db:"role"`
	Mandate    string `db:"mandate"`
	Charter    string `db:"charter"`
	Clause     string `db:"clause"`
	Submission string `db:"submission"`
	Body       string `db:"body"`
	Sealed     string `db:"sealed"`
	Prev       string `db:"prev"`
	Hash       string `db:"hash"`
}

// micros is an instant as the table holds it; 0 where nobody said any.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func toRow(a act.Act) (row, error) {
	sealed := ""
	if len(a.Sealed) > 0 {
		raw, err := json.Marshal(a.Sealed)
		if err != nil {
			return row{}, fmt.Errorf("ledger: commitments: %w", err)
		}
		sealed = string(raw)
	}
	return row{
		int64(a.Tenant), int64(a.Matter), a.Seq, a.Kind, a.Step, a.At.UnixMicro(), a.Recorded.UnixMicro(), micros(a.Made), string(a.By.Person), a.By.Role,
		a.By.Mandate, string(a.Basis.Charter), a.Basis.Clause, a.Submission, string(a.Body), sealed, string(a.Prev), string(a.Hash),
	}, nil
}

func fromRow(r row) (act.Act, error) {
	a := act.Act{
		Tenant: act.Tenant(r.Tenant), Matter: act.Matter(r.Matter), Seq: r.Seq, Kind: r.Kind, Step: r.Step,
		At: time.UnixMicro(r.At).UTC(), Recorded: time.UnixMicro(r.Recorded).UTC(),
		By:    act.By{Person: act.Person(r.Person), Role: r.Role, Mandate: r.Mandate},
		Basis: act.Basis{Charter: act.Digest(r.Charter), Clause: r.Clause},
		Made:  instant(r.Made), Submission: r.Submission, Body: json.RawMessage(r.Body), Prev: act.Digest(r.Prev), Hash: act.Digest(r.Hash),
	}
	if r.Sealed != "" {
		if err := json.Unmarshal([]byte(r.Sealed), &a.Sealed); err != nil {
			return act.Act{}, fmt.Errorf("ledger: commitments of matter %d, act %d: %w", r.Matter, r.Seq, err)
		}
	}
	return a, nil
}

// pageSize is how many acts are read at a time.
const pageSize = 1000

// Acts reads a matter's acts after a number, oldest first.
func (l *Ledger) Acts(ctx context.Context, q store.Q, matter act.Matter, after int64) ([]act.Act, error) {
	var out []act.Act
	for {
		page, err := l.Page(ctx, q, matter, after, pageSize)
		if err != nil {
			return nil, err
		}
		out = append(out, page...)
		if len(page) < pageSize {
			return out, nil
		}
		after = page[pageSize-1].Seq
	}
}

func fromRows(rows []row) (out []act.Act, err error) {
	out = make([]act.Act, len(rows))
	for i, r := range rows {
		if out[i], err = fromRow(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Page reads at most so many of a matter's acts after a number, oldest first.
func (l *Ledger) Page(ctx context.Context, q store.Q, matter act.Matter, after int64, limit int) ([]act.Act, error) {
	rows, err := store.Select[row](ctx, q, actsAfter, int64(l.tenant), int64(matter), after, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: acts of matter %d: %w", matter, err)
	}
	return fromRows(rows)
}

// StepActs reads the acts of a matter's step, of all its visits, oldest first.
func (l *Ledger) StepActs(ctx context.Context, q store.Q, matter act.Matter, step string) ([]act.Act, error) {
	rows, err := store.Select[row](ctx, q, actsStep, int64(l.tenant), int64(matter), step)
	if err != nil {
		return nil, fmt.Errorf("ledger: acts of matter %d at %s: %w", matter, step, err)
	}
	return fromRows(rows)
}

// Latest reads a matter's newest acts before a number, newest first.
func (l *Ledger) Latest(ctx context.Context, q store.Q, matter act.Matter, before int64, limit int) ([]act.Act, error) {
	rows, err := store.Select[row](ctx, q, actsLatest, int64(l.tenant), int64(matter), before, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: latest acts of matter %d: %w", matter, err)
	}
	return fromRows(rows)
}

// Last gives the number and hash of a matter's last act; both are zero when there is none.
func (l *Ledger) Last(ctx context.Context, q store.Q, matter act.Matter) (int64, act.Digest, error) {
	type last struct {
		Seq  int64  `db:"seq"`
		Hash string `db:"hash"`
	}
	got, err := store.Get[last](ctx, q, lastAct, int64(l.tenant), int64(matter))
	if errors.Is(err, store.ErrNotFound) {
		return 0, "", nil
	}
	return got.Seq, act.Digest(got.Hash), err
}

// Matters lists the matters that have acts, the house's own book first.
func (l *Ledger) Matters(ctx context.Context, q store.Q) ([]act.Matter, error) {
	var out []act.Matter
	for after := int64(-1); ; {
		rows, err := store.Select[int64](ctx, q, matters, int64(l.tenant), after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("ledger: matters: %w", err)
		}
		for _, m := range rows {
			out = append(out, act.Matter(m))
			after = m
		}
		if len(rows) < pageSize {
			return out, nil
		}
	}
}

// Verify walks one matter's chain and says what is wrong with it first, or nil.
func (l *Ledger) Verify(ctx context.Context, q store.Q, matter act.Matter) error {
	acts, err := l.Acts(ctx, q, matter, 0)
	if err != nil {
		return err
	}
	var prev act.Digest
	for i, a := range acts {
		if err := a.Verify(prev, int64(i+1)); err != nil {
			return err
		}
		prev = a.Hash
	}
	return nil
}

// Unseal opens the sealed values of one act. A value that was erased is absent. Whoever calls this has made sure
// that the reader may see them.
func (l *Ledger) Unseal(ctx context.Context, q store.Q, a act.Act) (map[string]string, error) {
	type value struct {
		Field string `db:"field"`
		Salt  []byte `db:"salt"`
		Value []byte `db:"value"`
	}
	rows, err := store.Select[value](ctx, q, unseal, int64(l.tenant), int64(a.Matter), a.Seq)
	if err != nil {
		return nil, fmt.Errorf("ledger: unsealing: %w", err)
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		plain, err := l.vault.Open(place(a, r.Field), r.Value)
		if err != nil {
			return nil, err
		}
		for _, c := range a.Sealed {
			if c.Field == r.Field && c != act.Commit(r.Field, r.Salt, string(plain)) {
				return nil, fmt.Errorf("ledger: matter %d, act %d: the sealed %s is not what was committed to", a.Matter, a.Seq, r.Field)
			}
		}
		out[r.Field] = string(plain)
	}
	return out, nil
}

// Erase forgets one sealed value with its salt. It gives false when there was none any more, and otherwise the files that
// only this value named: nothing refers to them from now on.
func (l *Ledger) Erase(ctx context.Context, tx *store.Tx, matter act.Matter, seq int64, field string) (found bool, files []act.Digest, err error) {
	n, err := store.Exec(ctx, tx, eraseValue, int64(l.tenant), int64(matter), seq, field)
	if err != nil || n == 0 {
		return false, nil, err
	}
	files, err = l.unname(ctx, tx, FileUse{Matter: matter, Seq: seq, Field: field})
	return true, files, err
}
