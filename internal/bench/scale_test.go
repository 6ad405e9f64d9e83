package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Ten years of a subdistrict's problem reports: every one goes through the desk, as it would have, so that what is measured
// has its chain, its docket, its figures and its messages. It takes minutes, and runs where it is asked for:
//
//	GONGZHI_SCALE=200000 GONGZHI_SCALE_DIR=/somewhere go test ./internal/bench -run TestScale -timeout 60m -v
//
// The folder keeps a house of a hundredth, one of a tenth and one of the whole, and the next run finds them there. All
// three are then asked the same questions by turns; docs/scale.md says what came out. Within scripts/with-postgres their
// rows are copied into PostgreSQL, which is asked instead.
func TestScale(t *testing.T) {
	whole, _ := strconv.Atoi(os.Getenv("GONGZHI_SCALE"))
	if whole == 0 {
		t.Skip("set GONGZHI_SCALE to the number of reports")
	}
	dir := cmp.Or(os.Getenv("GONGZHI_SCALE_DIR"), t.TempDir())
	sizes := []int{whole / 100, whole / 10, whole}
	var houses []*asked
	server := os.Getenv("GONGZHI_TEST_POSTGRES")
	for i, n := range sizes {
		before := ""
		if i > 0 {
			before = filepath.Join(dir, strconv.Itoa(sizes[i-1]))
		}
		s := grown(t, filepath.Join(dir, strconv.Itoa(n)), before, n)
		if server != "" {
			if err := s.house.Close(); err != nil {
				t.Fatal(err)
			}
			s = onPostgres(t, s.dir, server)
		}
		houses = append(houses, newAsked(s))
	}
	if only := os.Getenv("GONGZHI_SCALE_ONLY"); only != "" {
		for _, h := range houses {
			h.questions = slices.DeleteFunc(h.questions, func(q question) bool { return !strings.Contains(q.name, only) })
		}
	}
	took := inTurns(t, houses)
	for i, q := range houses[0].questions {
		a, b, c := took[i][0], took[i][1], took[i][2]
		t.Logf("| %s | %s | %s | %s | %.2f | %s | %s | %s |", q.name, shown(a.took), shown(b.took), shown(c.took), float64(c.took)/float64(b.took), size(a.bytes), size(b.bytes), size(c.bytes))
		if c.took > 4*b.took && c.took > 5*time.Millisecond {
			t.Errorf("%s is not flat: %s at %d, %s at %d", q.name, b.took, sizes[1], c.took, sizes[2])
		}
		if c.bytes > 2*b.bytes && c.bytes > 10_000 {
			t.Errorf("%s is not flat: %d bytes at %d, %d at %d", q.name, b.bytes, sizes[1], c.bytes, sizes[2])
		}
	}
}

// grown opens the house of so many reports; the first time it begins as a copy of the one before and writes the rest.
func grown(t *testing.T, dir, before string, n int) *scale {
	t.Helper()
	if _, err := os.Stat(dir); err != nil {
		part := dir + ".part"
		if err := os.RemoveAll(part); err != nil {
			t.Fatal(err)
		}
		if before != "" {
			if err := os.CopyFS(part, os.DirFS(before)); err != nil {
				t.Fatal(err)
			}
		}
		s := openScale(t, part, "")
		s.report(n)
		s.close()
		if err := os.Rename(part, dir); err != nil {
			t.Fatal(err)
		}
	}
	s := openScale(t, dir, "")
	t.Logf("%d reports, %d acts, %d days", s.Reports, s.acts.Load(), s.Days)
	t.Cleanup(func() { _ = s.house.Close() })
	return s
}

// cost is what a question cost: the time, and the bytes that were sent.
type cost struct {
	took  time.Duration
	bytes int
}

// inTurns asks every question of every house, one house after another, and gives the medians: by question, by house.
func inTurns(t *testing.T, houses []*asked) [][]cost {
	t.Helper()
	const rounds = 31
	out := make([][]cost, len(houses[0].questions))
	for q := range out {
		all := make([][]cost, len(houses))
		for range rounds {
			for i, h := range houses {
				began := time.Now()
				n, err := h.questions[q].ask()
				if err != nil {
					t.Fatalf("%s: %v", h.questions[q].name, err)
				}
				all[i] = append(all[i], cost{time.Since(began), n})
			}
		}
		for _, list := range all {
			slices.SortFunc(list, func(a, b cost) int { return cmp.Compare(a.took, b.took) })
			out[q] = append(out[q], list[len(list)/2])
		}
	}
	return out
}

func shown(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func size(bytes int) string {
	if bytes == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f KB", float64(bytes)/1000)
}
