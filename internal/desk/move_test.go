package desk_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/house/housetest"
	"gongzhi/internal/store"
)

// version is the test charter with one text replaced in one file.
func version(t *testing.T, file, from, to string) *charter.Charter {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(housetest.Charter(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(housetest.Charter(), path)
		if path == file {
			if !strings.Contains(string(raw), from) {
				t.Fatalf("%s does not say %q", file, from)
			}
			raw = []byte(strings.ReplaceAll(string(raw), from, to))
		}
		files[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c, findings, err := charter.Load(files)
	if err != nil || charter.Broken(findings) {
		t.Fatal(findings, err)
	}
	return c
}

var office = act.By{Person: "zhao", Role: "office", Mandate: "m-office"}

func install(t *testing.T, h *house.House, c *charter.Charter) {
	t.Helper()
	if err := h.Desk.Install(ctx, act.By{Role: act.HouseItself}, c); err != nil {
		t.Fatal(err)
	}
}

func TestAMatterIsMovedByADecision(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		m := begin(t, h, "wang", "note", "sub-begin-1").Matter
		old := h.Desk.Charter().Digest
		due := func() (days int) {
			err := h.Desk.Read(ctx, m, func(_ context.Context, _ store.Q, s desk.Standing) error {
				for _, a := range s.Asks() {
					days = int(a.Due.Sub(s.Run.Entered) / housetest.Day)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return days
		}
		if due() != 5 {
			t.Fatalf("due after %d days, want 5", due())
		}
		next := version(t, "methods/note.yaml", "within: 5 days", "within: 9 days")
		install(t, h, next)
		if due() != 5 {
			t.Errorf("due after %d days: an installation must not touch what is open", due())
		}
		if err := h.Desk.Move(ctx, office, m, "2026年3月2日街道党工委会议决定延长期限"); err != nil {
			t.Fatal(err)
		}
		if due() != 9 {
			t.Errorf("due after %d days under the new version, want 9", due())
		}
		var moved act.Move
		list := acts(t, h, m)
		last := list[len(list)-1]
		if err := last.Into(&moved); err != nil || last.Kind != act.Moved || moved.From != old || moved.To != next.Digest || last.Basis.Charter != next.Digest {
			t.Errorf("recorded is %s %+v under %s, %v", last.Kind, moved, last.Basis.Charter, err)
		}
		must(t, h, "wang", m, "sub-write-1", "submit", "line", "x")
		whole(t, h)
	})
}

func TestWhatCannotBeMoved(t *testing.T) {
	housetest.Each(t, func(t *testing.T, h *house.House, c *clock.Manual) {
		open := begin(t, h, "wang", "note", "sub-begin-1").Matter
		closed := begin(t, h, "wang", "note", "sub-begin-2").Matter
		must(t, h, "wang", closed, "sub-write-1", "submit", "line", "x")
		move := func(by act.By, m act.Matter, decision, code string) {
			t.Helper()
			before := len(acts(t, h, m))
			err := h.Desk.Move(ctx, by, m, decision)
			if no, ok := fault.As(err); !ok || no.Code != code {
				t.Errorf("moved by %s: %v, want %s", by.Role, err, code)
			}
			if n := len(acts(t, h, m)); n != before {
				t.Errorf("%s: %d acts, before %d", code, n, before)
			}
		}
		move(office, open, "决定", "move.there") // it goes by the version in force
		install(t, h, version(t, "methods/note.yaml", "within: 5 days", "within: 9 days"))
		move(office, open, " ", "form.faults")
		move(office, open, strings.Repeat("决", desk.MaxDecision+1), "form.faults")
		move(act.By{Person: "wang", Role: "worker"}, open, "决定", "move.role")
		move(office, closed, "决定", "adopt.closed")
		move(office, 999, "决定", "matter.unknown")
		install(t, h, version(t, "methods/note.yaml", "  write:", "  write_down:"))
		move(office, open, "决定", "adopt.step")
		whole(t, h)
	})
}
