package crash

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/demo"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/vault"
)

func init() { people.QuickPasswords() }

// rekeyed names the variable that makes this test binary a change of the key that will be killed.
const rekeyed = "GONGZHI_CRASH_REKEY_DIR"

// turn changes the key, and says on stdout how far it has got.
func turn(dir string) error {
	h, err := house.Open(ctx, house.Config{Dir: dir, Charter: charters.Linshanzhai()})
	if err != nil {
		return err
	}
	_, err = h.Rekey(ctx, func(n int) {
		fmt.Println(n)
		time.Sleep(2 * time.Millisecond) // so that a kill falls between two lots
	})
	return err
}

// A change of the key is killed again and again while another house has the same data open and writes. In the end all
// that was ever sealed opens, under the new key alone, and every chain holds.
func TestTheKeyIsChangedThroughKills(t *testing.T) {
	if testing.Short() {
		t.Skip("fills a house and kills a process")
	}
	dir := t.TempDir()
	h, _, err := demo.Open(ctx, house.Config{Dir: dir, Charter: charters.Linshanzhai()})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "keys", "vault.key")
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := opened(t, h)
	killed := 0
	for range 5 {
		if interrupted(t, dir) {
			killed++
		}
		if got := opened(t, h); got != before { // the house that ran on reads what has been moved, too
			t.Fatalf("%d values open, %d did", got, before)
		}
	}
	if killed == 0 {
		t.Error("it was never broken off")
	}
	if _, err := h.Rekey(ctx, func(int) {}); err != nil {
		t.Fatal(err)
	}
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	if now, err := os.ReadFile(path); err != nil || strings.Contains(string(now), "old ") || strings.HasPrefix(string(now), strings.TrimSpace(string(old))) {
		t.Fatalf("the old key is still in the file, %v", err)
	}
	h, err = house.Open(ctx, house.Config{Dir: dir, Charter: charters.Linshanzhai()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := opened(t, h); got != before {
		t.Errorf("%d values open under the new key, %d did under the old", got, before)
	}
	if err := h.Verify(ctx); err != nil {
		t.Error(err)
	}
	first, err := vault.Load(filepath.Join(t.TempDir(), "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Open("x", h.Vault.Seal("x", nil)); err == nil {
		t.Error("any key opens")
	}
}

// interrupted runs a change of the key and kills it after a moment; false where it was faster.
func interrupted(t *testing.T, dir string) bool {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), rekeyed+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	after := 1 + rand.IntN(4)
	for n := 0; n < after && lines.Scan(); n++ {
	}
	_ = cmd.Process.Kill()
	return cmd.Wait() != nil && cmd.ProcessState.ExitCode() == -1
}

// opened counts everything sealed that opens: answers, personal fields, names of accounts.
func opened(t *testing.T, h *house.House) (n int) {
	t.Helper()
	q := h.Store.Read()
	matters, err := h.Ledger.Matters(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range matters {
		for after := int64(0); ; {
			acts, err := h.Ledger.Acts(ctx, q, m, after)
			if err != nil {
				t.Fatal(err)
			}
			if len(acts) == 0 {
				break
			}
			for _, a := range acts {
				values, err := h.Ledger.Unseal(ctx, q, a)
				if err != nil {
					t.Fatal(err)
				}
				n, after = n+len(values), a.Seq
			}
		}
	}
	on := calendar.DateOf(h.Clock.Now())
	in := h.Book.Reader(ctx, q, h.Tenant, h.Charter.Registers).Open(func(string, string) bool { return true })
	for _, sch := range h.Charter.Registers.All() {
		rows, err := in.Rows(sch.Key, act.RowID{}, on)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			n += len(row.Values)
		}
	}
	accounts, err := h.People.List(ctx, q, "", 1000)
	if err != nil || len(accounts) == 0 {
		t.Fatalf("%d accounts, %v", len(accounts), err)
	}
	return n + len(accounts)
}
