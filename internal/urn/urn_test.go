package urn_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
	"gongzhi/internal/urn"
)

var box = urn.Box{Matter: 7, Step: "vote", Visit: 1}

// opened is an urn folder over a database that has its tenant.
func opened(t *testing.T, db *store.DB) (*urn.Urns, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "urns")
	must(t, db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return ledger.New(1, nil).AddTenant(ctx, tx, "t", "t", tx.Now())
	}))
	return urn.New(1, dir), dir
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func drop(t *testing.T, db *store.DB, u *urn.Urns, b urn.Box, text string, most int) error {
	t.Helper()
	return db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return u.Drop(ctx, tx, b, act.Slip{Text: text, Most: most})
	})
}

func keys(t *testing.T, dir string) int {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return len(files)
}

func TestSlipsComeOutSortedAndOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u, dir := opened(t, db)
		for _, s := range []string{"yn", "ny", "yn", "aa"} {
			must(t, drop(t, db, u, box, s, 4))
		}
		other := urn.Box{Matter: 7, Step: "vote", Visit: 2}
		must(t, drop(t, db, u, other, "n", 9))
		got, err := u.Slips(t.Context(), db.Read(), box)
		if want := []string{"aa", "ny", "yn", "yn"}; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("slips %v, %v, want %v", got, err, want)
		}
		if got, err := u.Slips(t.Context(), db.Read(), urn.Box{Matter: 8, Step: "vote", Visit: 1}); err != nil || len(got) != 0 {
			t.Errorf("a box nobody used holds %v, %v", got, err)
		}
		if err := drop(t, db, u, box, "yy", 4); err == nil {
			t.Error("a fifth slip went into a box for four")
		}
		if err := drop(t, db, u, other, "yy", 9); err == nil {
			t.Error("a slip of another length went into the box")
		}
		if n := keys(t, dir); n != 2 {
			t.Fatalf("%d keys for two boxes", n)
		}
		must(t, db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return u.Empty(ctx, tx, box) }))
		if got, err := u.Slips(t.Context(), db.Read(), box); err != nil || len(got) != 0 || keys(t, dir) != 1 {
			t.Errorf("after the count the box holds %v, %v, and %d keys are left", got, err, keys(t, dir))
		}
	})
}

// A write that is rolled back leaves neither a slip nor a box that cannot be opened.
func TestARolledBackSlipIsNoSlip(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u, dir := opened(t, db)
		no := errors.New("no")
		err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(u.Drop(ctx, tx, box, act.Slip{Text: "y", Most: 3}), no)
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		must(t, drop(t, db, u, box, "n", 3))
		if got, err := u.Slips(t.Context(), db.Read(), box); err != nil || !reflect.DeepEqual(got, []string{"n"}) {
			t.Errorf("slips %v, %v", got, err)
		}
		err = db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return errors.Join(u.Empty(ctx, tx, box), no) })
		if !errors.Is(err, no) || keys(t, dir) != 1 {
			t.Errorf("a count that was rolled back left %d keys: %v", keys(t, dir), err)
		}
	})
}

func TestWithoutItsKeyABoxIsLost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u, dir := opened(t, db)
		must(t, drop(t, db, u, box, "y", 3))
		must(t, os.RemoveAll(dir))
		if _, err := u.Slips(t.Context(), db.Read(), box); !errors.Is(err, urn.ErrLost) {
			t.Errorf("read without its key: %v", err)
		}
		if err := drop(t, db, u, box, "n", 3); !fault.Is(err, fault.Unavailable) {
			t.Errorf("took a slip without its key: %v", err)
		}
	})
}

// A server that stopped between the count and the destruction of the key destroys it when it starts again, and no other.
func TestSweep(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		u, dir := opened(t, db)
		must(t, u.Sweep(t.Context(), db.Read())) // nothing there yet
		must(t, drop(t, db, u, box, "y", 3))
		must(t, os.WriteFile(filepath.Join(dir, "left-behind.key"), make([]byte, 32), 0o600))
		must(t, u.Sweep(t.Context(), db.Read()))
		if got, err := u.Slips(t.Context(), db.Read(), box); err != nil || len(got) != 1 || keys(t, dir) != 1 {
			t.Errorf("slips %v, %v, %d keys", got, err, keys(t, dir))
		}
	})
}
