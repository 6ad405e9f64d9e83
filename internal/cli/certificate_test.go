package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/calendar"
	"gongzhi/internal/clock"
	"gongzhi/internal/demo"
	"gongzhi/internal/docket"
	"gongzhi/internal/house"
	"gongzhi/internal/people"
	"gongzhi/internal/scenario"
	"gongzhi/internal/web"
)

func init() { people.QuickPasswords() }

// TestWhatAVotePublishesGivesItsCount takes every ended vote of the demo and of the first charter's scenarios, as a stranger
// does: the certificate from the public page, its files, the recount by the command that it names. The two are the same
// to the byte, and nothing of it names a flat.
func TestWhatAVotePublishesGivesItsCount(t *testing.T) {
	t.Run("demo", func(t *testing.T) {
		at := calendar.MustDate("2026-11-19").Start().Add(20 * time.Hour)
		h, _, err := demo.Open(context.Background(), house.Config{Charter: charters.Linshanzhai(), Clock: clock.Fixed(at)})
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		if n := recountAll(t, h); n < 3 {
			t.Errorf("%d votes had a certificate", n)
		}
	})
	for name, votes := range map[string]int{"renovation": 1, "renovation_short_by_one": 2, "lift_addition": 1} {
		t.Run(name, func(t *testing.T) {
			p, err := scenario.New(context.Background(), scenario.Config{Charter: charters.Linshanzhai()})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			script, err := fs.ReadFile(charters.Linshanzhai(), "scenarios/"+name+".txtar")
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range p.Load(script) {
				if err := p.Do(context.Background(), line); err != nil {
					t.Fatalf("%s: %v", line, err)
				}
			}
			if n := recountAll(t, p.House); n < votes {
				t.Errorf("%d votes had a certificate, want %d", n, votes)
			}
		})
	}
}

func recountAll(t *testing.T, h *house.House) (n int) {
	t.Helper()
	site := web.New(web.Config{House: h}).Handler()
	get := func(address string) string {
		t.Helper()
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", address, w.Code, w.Body)
		}
		return w.Body.String()
	}
	matters, err := h.Docket.List(context.Background(), h.Store.Read(), docket.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`/matters/\d+/certificates/[a-z_]+/\d+`)
	for _, m := range matters {
		for _, last := range link.FindAllString(get(fmt.Sprintf("/matters/%d", m.Number)), -1) {
			visits, err := strconv.Atoi(path.Base(last))
			if err != nil {
				t.Fatal(err)
			}
			for visit := 1; visit <= visits; visit++ {
				n++
				recountOne(t, get, fmt.Sprintf("%s/%d", path.Dir(last), visit))
			}
		}
	}
	return n
}

func recountOne(t *testing.T, get func(string) string, at string) {
	t.Helper()
	for _, address := range []string{at, at + "/print"} {
		if page := get(address); !strings.Contains(page, "表决结果证书") || strings.Contains(page, "⟦") {
			t.Errorf("%s is not whole: %s", address, regexp.MustCompile("⟦[^⟧]*⟧").FindAllString(page, 9))
		}
	}
	if receipts := get(at + "/receipts.txt"); strings.Count(receipts, "\n") < 1 || len(receipts)%65 != 0 {
		t.Errorf("%s: receipts %q", at, receipts)
	}
	var c struct {
		Outcome string
		Items   []struct {
			Item    string
			Report  json.RawMessage
			Recount string
		}
	}
	if err := json.Unmarshal([]byte(get(at+"/certificate.json")), &c); err != nil {
		t.Fatal(err)
	}
	for _, it := range c.Items {
		words := strings.Fields(it.Recount)
		if len(words) < 8 || words[0] != "gongzhi" {
			t.Fatalf("%s: the command is %q", at, it.Recount)
		}
		dir := t.TempDir()
		for i, w := range words {
			switch {
			case strings.HasPrefix(w, "rules/"):
				words[i] = filepath.Join("../../charters/linshanzhai", w)
			case strings.HasSuffix(w, ".csv"):
				words[i] = filepath.Join(dir, w)
				content := get(at + "/" + w)
				if strings.Contains(content, "号") || strings.Contains(content, "/") {
					t.Errorf("%s names a flat or an owner:\n%.300s", w, content)
				}
				if err := os.WriteFile(words[i], []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		code, out, errs := run(words[1:]...)
		var want, got any
		if code != 0 || json.Unmarshal([]byte(out), &got) != nil || json.Unmarshal(it.Report, &want) != nil {
			t.Fatalf("%s: exit %d, %s%s", it.Recount, code, errs, out)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: the recount says\n%s, the certificate\n%s", at, out, it.Report)
		}
		if c.Outcome == "passed" && !strings.Contains(out, `"outcome":"passed"`) {
			t.Errorf("%s passed, and its recount says %s", at, out)
		}
	}
}
