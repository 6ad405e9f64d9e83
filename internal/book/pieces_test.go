package book_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

var dumps = store.MustQueries("piecestest", `
-- name: rows
SELECT register || ' ' || id || ' ' || version || ' ' || path || ' ' || valid_from || ' ' || valid_to || ' ' || ended || ' ' || change
FROM register_row WHERE tenant = $1 ORDER BY register, id, version;
-- name: blinds
SELECT register || ' ' || field || ' ' || blind || ' ' || id || ' ' || version FROM register_blind WHERE tenant = $1
ORDER BY register, field, blind, id, version;
-- name: words
SELECT word || ' ' || register || ' ' || path || ' ' || reach FROM register_word WHERE tenant = $1 ORDER BY word, register, path;`)

// all is everything in the book's tables but salts and instants.
func (h *house) all() (out []string) {
	h.t.Helper()
	for _, name := range []string{"rows", "blinds", "words"} {
		lines, err := store.Select[string](context.Background(), h.db.Read(), dumps.Get(name), int64(tenant))
		if err != nil {
			h.t.Fatal(err)
		}
		out = append(out, lines...)
	}
	return out
}

func (h *house) same(want []string, what string) {
	h.t.Helper()
	if got := h.all(); cmp.Diff(want, got) != "" {
		h.t.Errorf("%s: %s", what, cmp.Diff(want, got))
	}
}

// long is a roster of several pieces: so many rooms in a building each of which has two, and an owner each.
func long(rooms int) book.Set {
	set := book.Set{On: day1, Under: compound, Complete: []string{"part"}}
	for i := range rooms {
		b, p := fmt.Sprint(i/2+1), fmt.Sprint("p", i)
		if i%2 == 0 {
			set.Entries = append(set.Entries, building(b))
		}
		set.Entries = append(set.Entries, part(b, fmt.Sprint(101+i%2), 80_00, "person/"+p), person(p, "王演示", fmt.Sprintf("138%08d", i)))
	}
	return set
}

// longer changes every third room, leaves every seventh out, and brings more.
func longer(rooms int) book.Set {
	set := long(rooms + rooms/4)
	set.On = day2
	var kept []register.Entry
	for i, e := range set.Entries {
		if e.ID.Register == "part" && i%7 == 0 {
			continue
		}
		if e.ID.Register == "part" && i%3 == 0 {
			e.Values["note"], e.Values["kind"] = "复核", "special_space"
		}
		kept = append(kept, e)
	}
	set.Entries = kept
	return set
}

func (h *house) pieces(id string, set book.Set) (*book.Pieces, error) {
	return h.book.InPieces(context.Background(), h.db, tenant, h.schemas, id, func(ctx context.Context, q store.Q) (*book.Plan, error) {
		return h.book.Plan(ctx, q, tenant, h.schemas, set)
	}, nil)
}

func (h *house) show(x *book.Pieces) (counts book.Counts, root act.Digest, err error) {
	err = h.db.Write(context.Background(), func(ctx context.Context, tx *store.Tx) error {
		counts, root, err = x.Show(ctx, tx)
		return err
	})
	return counts, root, err
}

const longRooms = 2 * book.PieceRows

// What is written in pieces is what one transaction writes, is seen by nobody before it is shown, and adds up to its root.
func TestInPieces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		other := open(t, storetest.Open(t, store.Config{URL: storetest.URL(t, db.Engine())}))
		for i, set := range []book.Set{long(longRooms), longer(longRooms), longer(longRooms)} {
			want, _ := other.must(set)
			h.n++
			before, err := h.reader().Rows("part", compound, day2)
			if err != nil {
				t.Fatal(err)
			}
			x, err := h.pieces(h.id(), set)
			if err != nil {
				t.Fatal(err)
			}
			meanwhile, err := h.reader().Rows("part", compound, day2)
			if d := cmp.Diff(before, meanwhile); d != "" || err != nil {
				t.Fatalf("something is seen before it is shown: %v %s", err, d)
			}
			if v, err := h.reader().History(act.RowID{Register: "person", ID: "p0"}); err != nil || i == 0 && len(v) > 0 {
				t.Errorf("a version that is not shown is history: %v %v", v, err)
			}
			counts, root, err := h.show(x)
			if err != nil || counts != want {
				t.Fatalf("%+v, want %+v: %v", counts, want, err)
			}
			if err := x.Close(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := h.book.Verify(context.Background(), h.db.Read(), tenant, h.id(), root); err != nil {
				t.Error(err)
			}
			if i < 2 { // the third writes nothing in one transaction, and is not shown by the house
				h.same(other.all(), fmt.Sprint("round ", i))
			}
		}
	})
	for _, err := range store.CheckQueries(store.Registered()) {
		if !strings.Contains(err.Error(), "test/") {
			t.Error(err)
		}
	}
}

// A process that is killed while it writes leaves nothing, and one that is killed after it has shown everything leaves
// everything, once the next process has swept.
func TestKilledInPieces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.must(long(longRooms))
		before := h.all()
		if _, err := h.pieces("killed", longer(longRooms)); err != nil {
			t.Fatal(err)
		}
		later := storetest.Now.Add(book.Lease + 1)
		fresh := func() {
			t.Helper()
			h.book = open(t, storetest.Open(t, store.Config{})).book // another process
			if err := h.book.Sweep(context.Background(), h.db, tenant, h.schemas, later); err != nil {
				t.Fatal(err)
			}
		}
		fresh()
		h.same(before, "after a process was killed that had written")
		x, err := h.pieces("killed", longer(longRooms)) // confirmed again
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.show(x); err != nil {
			t.Fatal(err)
		}
		fresh()
		other := open(t, storetest.Open(t, store.Config{URL: storetest.URL(t, db.Engine())}))
		other.must(long(longRooms))
		other.write(func(ctx context.Context, tx *store.Tx) error {
			p, err := other.book.Plan(ctx, tx, tenant, other.schemas, longer(longRooms))
			if err != nil {
				return err
			}
			_, _, err = other.book.Apply(ctx, tx, tenant, other.schemas, p, tx.Now(), "killed")
			return err
		})
		h.same(other.all(), "after a process was killed that had shown")
		if _, open, err := h.book.Open(context.Background(), h.db.Read(), tenant); open || err != nil {
			t.Errorf("something is open still: %v", err)
		}
		if _, err := h.pieces("killed", long(1)); !fault.Is(err, fault.Conflict) {
			t.Errorf("an id was used twice: %v", err)
		}
	})
}

// Who edits a row that is being written is told so; who edits another row has the change set planned again, and what they
// wrote stands.
func TestEditsBetweenPieces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		h.must(long(longRooms))
		x, err := h.pieces("c-import", longer(longRooms))
		if err != nil {
			t.Fatal(err)
		}
		taken := register.Entry{ID: x.Plan().Changed[0].ID, Parent: x.Plan().Changed[0].Parent, Values: map[string]any{"note": "手改"}}
		var mine register.Entry
		for _, id := range x.Plan().Unchanged {
			if id.Register == "part" {
				row, _, err := h.reader().Row(id, day2)
				if err != nil {
					t.Fatal(err)
				}
				mine = register.Entry{ID: id, Parent: row.Parent, Values: map[string]any{"note": "手改"}}
			}
		}
		var no *fault.Refusal
		if _, _, err := h.apply(book.Set{On: day2, Entries: []register.Entry{taken}}); !errors.As(err, &no) || no.Code != "book.being_imported" {
			t.Errorf("a row was edited while it is being written: %v", err)
		}
		h.must(book.Set{On: day2, Entries: []register.Entry{mine}})
		if _, _, err := h.show(x); !errors.Is(err, book.ErrMoved) {
			t.Fatalf("it was shown although registers had changed: %v", err)
		}
		if err := x.Again(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.show(x); err != nil {
			t.Fatal(err)
		}
		if err := x.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		if row, ok, err := h.reader().Row(mine.ID, day2); !ok || err != nil || row.Text("note") != "手改" {
			t.Errorf("what was edited meanwhile is lost: %v %v", row.Values, err)
		}
	})
}
