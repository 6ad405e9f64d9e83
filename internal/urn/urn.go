// Package urn holds the slips of secret votes so that nobody can tell whose a slip is.
//
// In: a slip, in the transaction that ticks its voter off. Out: at the count all slips of the vote at once, sorted. A box
// is one value: every slip in it, in the order of their letters, padded to the size of everybody's slips together, and
// sealed anew under a fresh nonce each time one is added. So no row, order, time, or size belongs to a slip, and two
// copies of the database differ by noise. The key of a box is a file of its own, never in the database, and is destroyed
// when the box has been counted: from then on no backup and no log of the database can be opened, by anybody.
// What this protects against, and what not, is in docs/secret-vote.md.
package urn

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

//go:embed urn.sql
var sqlText string

var (
	queries  = store.MustQueries("urn", sqlText)
	putBox   = queries.Get("put")
	getBox   = queries.Get("get")
	emptyBox = queries.Get("empty")
	allBoxes = queries.Get("boxes")
)

// ErrLost means that a box is there and its key is not: nobody can read it any more.
var ErrLost = errors.New("urn: the key of this box is gone")

// Box is the urn of one vote.
type Box struct {
	Matter act.Matter
	Step   string
	Visit  int
}

func (b Box) name() string { return fmt.Sprintf("%s/%d", b.Step, b.Visit) }

// Urns are those of one tenant.
type Urns struct {
	tenant act.Tenant
	dir    string
}

// New keeps the keys of boxes in a folder. Servers of one database share it, as they share the key of the vault.
func New(tenant act.Tenant, dir string) *Urns { return &Urns{tenant: tenant, dir: dir} }

// Drop adds a slip. Slips of one box have the same length, and most of them is how many it can come to hold.
func (u *Urns) Drop(ctx context.Context, tx *store.Tx, b Box, slip act.Slip) error {
	slips, there, err := u.slips(ctx, tx, b)
	if errors.Is(err, ErrLost) {
		return errors.Join(fault.Refuse(fault.Unavailable, "urn.lost", fault.Basis{}, nil), err)
	}
	if err != nil {
		return err
	}
	if len(slips) >= slip.Most || len(slips) > 0 && len(slips[0]) != len(slip.Text) {
		return fmt.Errorf("urn: a slip of %d letters does not go into a box of %d that holds %d", len(slip.Text), slip.Most, len(slips))
	}
	key, err := u.key(b, !there)
	if err != nil {
		return err
	}
	slips = append(slips, slip.Text)
	slices.Sort(slips)
	_, err = store.Exec(ctx, tx, putBox, u.tenant, b.Matter, b.name(), key.Seal(u.place(b), pack(slips, len(slip.Text), slip.Most)))
	return err
}

// Slips are all of a box, sorted; none where nobody has dropped one. It gives [ErrLost] where the key is gone.
func (u *Urns) Slips(ctx context.Context, q store.Q, b Box) ([]string, error) {
	slips, _, err := u.slips(ctx, q, b)
	return slips, err
}

// Empty removes a box that has been counted, and destroys its key once that is on disk.
func (u *Urns) Empty(ctx context.Context, tx *store.Tx, b Box) error {
	if _, err := store.Exec(ctx, tx, emptyBox, u.tenant, b.Matter, b.name()); err != nil {
		return err
	}
	tx.AfterCommit(func() { _ = destroy(u.path(b)) }) // what could not be destroyed now is by Sweep at the next start
	return nil
}

// Sweep destroys the keys of boxes that are no more: those whose server stopped between the count and the destruction.
func (u *Urns) Sweep(ctx context.Context, q store.Q) error {
	rows, err := store.Select[struct {
		Matter int64  `db:"matter"`
		Box    string `db:"box"`
	}](ctx, q, allBoxes, u.tenant)
	if err != nil {
		return err
	}
	keep := map[string]bool{}
	for _, r := range rows {
		keep[u.file(act.Matter(r.Matter), r.Box)] = true
	}
	files, err := os.ReadDir(u.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("urn: %w", err)
	}
	for _, f := range files {
		if !keep[f.Name()] {
			if err := destroy(filepath.Join(u.dir, f.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (u *Urns) slips(ctx context.Context, q store.Q, b Box) (slips []string, there bool, err error) {
	sealed, err := store.Get[[]byte](ctx, q, getBox, u.tenant, b.Matter, b.name())
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	key, err := u.key(b, false)
	if err != nil {
		return nil, true, err
	}
	plain, err := key.Open(u.place(b), sealed)
	if err != nil {
		return nil, true, errors.Join(ErrLost, err)
	}
	slips, err = unpack(plain)
	return slips, true, err
}

func (u *Urns) place(b Box) string { return fmt.Sprintf("urn/%d/%d/%s", u.tenant, b.Matter, b.name()) }

// file is the name of a key: the same length for every box, and telling nothing.
func (u *Urns) file(m act.Matter, box string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%s", u.tenant, m, box))
	return hex.EncodeToString(sum[:16]) + ".key"
}

func (u *Urns) path(b Box) string { return filepath.Join(u.dir, u.file(b.Matter, b.name())) }

// key reads the key of a box. A new box makes it, on disk before it is used; one that a transaction left behind which
// was rolled back has sealed nothing and serves.
func (u *Urns) key(b Box, fresh bool) (*vault.Vault, error) {
	raw, err := os.ReadFile(u.path(b))
	if errors.Is(err, fs.ErrNotExist) {
		if !fresh {
			return nil, ErrLost
		}
		raw, err = u.make(b)
	}
	if err != nil {
		return nil, fmt.Errorf("urn: %w", err)
	}
	return vault.New(raw)
}

func (u *Urns) make(b Box) ([]byte, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(u.dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(u.path(b), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	_, werr := f.Write(key)
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	d, err := os.Open(u.dir)
	if err != nil {
		return nil, err
	}
	return key, errors.Join(d.Sync(), d.Close())
}

// destroy overwrites a key before it removes the file, as far as the disk lets itself be overwritten.
func destroy(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("urn: %w", err)
	}
	noise := make([]byte, 32)
	_, rerr := rand.Read(noise)
	_, werr := f.WriteAt(noise, 0)
	if err := errors.Join(rerr, werr, f.Sync(), f.Close(), os.Remove(path)); err != nil {
		return fmt.Errorf("urn: %w", err)
	}
	return nil
}

// pack lays slips side by side and fills up to the size that most of them would have.
func pack(slips []string, length, most int) []byte {
	out := make([]byte, 8+length*most)
	binary.BigEndian.PutUint32(out, uint32(len(slips)))
	binary.BigEndian.PutUint32(out[4:], uint32(length))
	for i, s := range slips {
		copy(out[8+i*length:], s)
	}
	return out
}

func unpack(plain []byte) ([]string, error) {
	if len(plain) < 8 {
		return nil, errors.New("urn: a box that is none")
	}
	n, length := int(binary.BigEndian.Uint32(plain)), int(binary.BigEndian.Uint32(plain[4:]))
	if n*length > len(plain)-8 {
		return nil, errors.New("urn: a box that is none")
	}
	slips := make([]string, n)
	for i := range slips {
		slips[i] = string(plain[8+i*length : 8+(i+1)*length])
	}
	return slips, nil
}
