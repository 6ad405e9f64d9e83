// Package house opens everything and joins it; it has no logic of its own.
//
// In: a folder of data (or a database's address), the files of a charter, a clock. Out: a House whose rooms know each
// other, with the charter installed and the rows it brings seeded, or the reason why it must not be opened. Doors and
// tools take the rooms they need from it. Every change made here passes through the desk.
package house

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gongzhi/internal/access"
	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/book"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/docket"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/outbox"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/tlog"
	"gongzhi/internal/urn"
	"gongzhi/internal/vault"
)

// Config says what to open.
type Config struct {
	Charter fs.FS // the folder of the subdistrict; nil goes by the version that is in force in the data
	// Dir holds the database, the vault's key and the files. Empty is a house of which nothing is left after Close: for
	// trying out and for tests. Its writes do not wait for the disk.
	Dir      string
	URL      string       // the database; default gongzhi.db in Dir
	Tenant   act.Tenant   // default 1
	Clock    clock.Clock  // default clock.System
	Log      *slog.Logger // default discards
	BatchMax int          // most submissions one commit carries; default that of package store
	Synced   func()       // called after each commit on SQLite, to measure slow disks; see [store.Config]
	Runs     int          // folded matters kept in memory; default that of package desk
	NoLog    bool         // keep no public log: to measure what it costs
}

// House is every room of one tenant.
type House struct {
	Tenant  act.Tenant
	Charter *charter.Charter // as it was installed at the opening; Desk.Charter is the one in force now
	Clock   *clock.Steady    // never earlier than the last act on record
	Store   *store.DB
	Vault   *vault.Vault
	Ledger  *ledger.Ledger
	Docket  *docket.Docket
	Book    *book.Book
	People  *people.People
	Access  *access.Log
	Files   *attachment.Files
	Urns    *urn.Urns
	Outbox  *outbox.Outbox
	Desk    *desk.Desk
	Log     *slog.Logger

	PublicLog *tlog.Log // serve has it integrate; without, what is recorded waits

	keys   string // folder of the keys
	temp   string // folder to remove at the end
	bundle bundled
}

// Broken is the error of Open for a charter that does not pass its check.
type Broken struct {
	Findings []step.Finding
	texts    *text.Bundle
}

// shown is how many findings the error itself names; gongzhi check shows all.
const shown = 3

func (b *Broken) Error() string {
	var s strings.Builder
	n := 0
	for _, f := range b.Findings {
		if f.Severity != step.Error {
			continue
		}
		if n++; n <= shown {
			fmt.Fprintf(&s, "\n%s: %s %s", f.Place, f.Code, b.texts.Say(text.EN, f.Words()))
		}
	}
	return fmt.Sprintf("house: the charter has %d errors; it must not be run:%s", n, s.String())
}

// ErrNew is the error of Open where no charter was given and none is in force: nothing has ever been done here.
var ErrNew = errors.New("house: no charter is in force here yet")

// Open opens a house. It refuses with [*Broken] a charter that has errors, before anything is written, and one of another
// subdistrict than the data are of.
func Open(ctx context.Context, c Config) (*House, error) {
	var loaded *charter.Charter
	if c.Charter != nil {
		found, err := checked(c.Charter)
		if err != nil {
			return nil, err
		}
		loaded = found
	}
	if c.Tenant == 0 {
		c.Tenant = 1
	}
	if c.Clock == nil {
		c.Clock = clock.System
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	h := &House{Tenant: c.Tenant, Charter: loaded, Clock: clock.NewSteady(c.Clock, time.Time{}), Log: c.Log}
	if err := h.rooms(ctx, c); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	if err := h.settle(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	if !c.NoLog {
		if err := h.openLog(ctx); err != nil {
			return nil, errors.Join(err, h.Close())
		}
	}
	return h, nil
}

// checked loads a charter that may be run.
func checked(files fs.FS) (*charter.Charter, error) {
	loaded, findings, err := charter.Recent(files)
	if err != nil {
		return nil, err
	}
	if charter.Broken(findings) {
		return nil, &Broken{findings, loaded.Texts}
	}
	return loaded, nil
}

// inForce finds the charter by which the data go. Where one was given as well, it has to be the same subdistrict's.
func (h *House) inForce(ctx context.Context) error {
	digest, err := h.Ledger.LastInstalled(ctx, h.Store.Read())
	switch {
	case err != nil:
		return err
	case digest == "" && h.Charter == nil:
		return ErrNew
	case digest == "" || h.Charter != nil && h.Charter.Digest == digest:
		return nil
	}
	raw, err := h.Ledger.Charter(ctx, h.Store.Read(), digest)
	if err != nil {
		return err
	}
	files, err := charter.Unpack(raw)
	if err != nil {
		return err
	}
	if h.Charter == nil {
		h.Charter, err = checked(files)
		return err
	}
	if key, err := charter.Key(files); err != nil || key != h.Charter.Head.Key {
		return errors.Join(err, fault.Refuse(fault.Conflict, "house.elsewhere", fault.Basis{Clause: "charter.yaml"}, fault.Args{"Is": key, "Given": h.Charter.Head.Key}))
	}
	return nil
}

// rooms opens the database and everything that stands on it.
func (h *House) rooms(ctx context.Context, c Config) error {
	dir := c.Dir
	if dir == "" {
		temp, err := os.MkdirTemp("", "gongzhi-house-")
		if err != nil {
			return fmt.Errorf("house: %w", err)
		}
		h.temp, dir = temp, temp
		if c.URL == "" {
			c.URL = ":memory:"
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("house: %w", err)
	}
	if c.URL == "" {
		c.URL = filepath.Join(dir, "gongzhi.db")
	}
	var err error
	if h.Vault, err = key(c.Dir, dir); err != nil {
		return err
	}
	if h.Files, err = attachment.Open(c.Tenant, filepath.Join(dir, "files")); err != nil {
		return err
	}
	h.Urns = urn.New(c.Tenant, filepath.Join(dir, "keys", "urns"))
	h.Store, err = store.Open(ctx, store.Config{URL: c.URL, Now: h.Clock.Now, Log: c.Log, BatchMax: c.BatchMax, Synced: c.Synced})
	if err != nil {
		return err
	}
	if err := h.Store.CheckAll(ctx); err != nil {
		return err
	}
	h.keys = filepath.Join(dir, "keys")
	h.Ledger, h.Docket = ledger.New(c.Tenant, h.Vault), docket.New(c.Tenant)
	if c.NoLog {
		h.Ledger = h.Ledger.WithoutLog()
	}
	if err := h.inForce(ctx); err != nil {
		return err
	}
	h.PublicLog = tlog.New(tlog.Config{Tenant: c.Tenant, Store: h.Store, Ledger: h.Ledger, Clock: h.Clock, Log: c.Log, Key: h.keyChanged})
	h.Book, h.People, h.Access = book.New(h.Vault), people.New(c.Tenant, h.Vault), access.New(c.Tenant)
	h.Outbox = outbox.New(outbox.Config{
		Tenant: c.Tenant, Vault: h.Vault, People: h.People, Ledger: h.Ledger, Docket: h.Docket, Log: c.Log,
		Own: func() map[string]bool { return h.Desk.Charter().OwnRoles() }, NoAccount: func() string { return h.Desk.Charter().NoAccount() },
	})
	h.Desk, err = desk.New(desk.Config{
		Store: h.Store, Ledger: h.Ledger, Docket: h.Docket, Files: h.Files, Outbox: h.Outbox, Book: h.registers, Urns: h.Urns, Write: h.write, Charter: h.Charter,
		Clock: h.Clock, Log: c.Log, Runs: c.Runs,
	})
	return err
}

// key gives the vault its key: a file beside the database, or one that is gone with the memory it lay in.
func key(given, dir string) (*vault.Vault, error) {
	if given != "" {
		return vault.Load(filepath.Join(dir, "keys", "vault.key"))
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	return vault.New(raw)
}

// settle makes the clock go on from the last act on record, installs the charter, and makes its rows and the words they
// are found by.
func (h *House) settle(ctx context.Context) error {
	last, err := h.lastRecorded(ctx)
	if err != nil {
		return err
	}
	h.Clock.Raise(last)
	if by := h.Clock.Behind(); by > 0 {
		h.Log.Warn("the machine's clock is behind the last act on record; time stands still until it has caught up", "by", by)
	}
	if err := h.Desk.Install(ctx, act.By{Role: act.HouseItself}, h.Charter); err != nil {
		return err
	}
	if err := h.Urns.Sweep(ctx, h.Store.Read()); err != nil {
		return err
	}
	err = h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return h.Book.Index(ctx, tx, h.Tenant, h.Desk.Charter().Registers)
	})
	if err != nil {
		return fmt.Errorf("house: the words that rows are found by: %w", err)
	}
	if err := h.Book.Sweep(ctx, h.Store, h.Tenant, h.Desk.Charter().Registers, h.Clock.Now()); err != nil {
		return fmt.Errorf("house: the import that was broken off: %w", err)
	}
	return h.seed(ctx)
}

// lastRecorded is when the newest act of all was recorded. The public log takes acts in that order, so it is among those
// that still wait for it or, where none does, in its last leaf: two rows, however much is on record.
func (h *House) lastRecorded(ctx context.Context) (time.Time, error) {
	waiting, err := h.Ledger.LastUnlogged(ctx, h.Store.Read())
	if err != nil || !waiting.IsZero() {
		return waiting, err
	}
	tree, ok, err := h.PublicLog.Tree(ctx, h.Store.Read())
	if err != nil || !ok || tree.Size == 0 {
		return time.Time{}, err
	}
	newest, err := h.PublicLog.Acts(ctx, h.Store.Read(), tree.Size-1, tree.Size)
	if err != nil {
		return time.Time{}, err
	}
	return newest[0].Recorded, nil
}

// Close closes every room. A house that was opened without a folder leaves nothing.
func (h *House) Close() error {
	var errs []error
	if h.Store != nil {
		errs = append(errs, h.Store.Close())
	}
	if h.temp != "" {
		errs = append(errs, os.RemoveAll(h.temp))
	}
	return errors.Join(errs...)
}
