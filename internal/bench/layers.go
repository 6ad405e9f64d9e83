package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// fetch gets one file from a server of ours.
func fetch(addr, path, file string) error {
	r, err := http.Get("http://" + addr + path) //nolint:noctx // bounded by the profile's own length
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, r.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r.Body)
	if closing := f.Close(); err == nil {
		err = closing
	}
	return err
}

// newest is the greatest number of a matter.
func newest(p *process) (n int64) {
	r, err := http.Get("http://" + p.Addr + "/api/v1/matters?limit=1") //nolint:noctx // on loopback
	if err != nil {
		return 0
	}
	defer func() { _ = r.Body.Close() }()
	var list struct {
		Matters []struct {
			Matter int64 `json:"matter,string"`
		} `json:"matters"`
	}
	if json.NewDecoder(r.Body).Decode(&list) != nil || len(list.Matters) == 0 {
		return 0
	}
	return list.Matters[0].Matter
}

// share is how much of the processor's time a layer took.
type share struct {
	name string
	part float64 // of 1
}

// layer is told by the innermost function of a stack that belongs to one.
type layer struct{ prefix, name string }

// Order matters: the first prefix that fits.
var layerOf = []layer{
	{"runtime.gcBgMarkWorker", "garbage collection"}, {"runtime.gcAssist", "garbage collection"}, {"runtime.bgsweep", "garbage collection"},
	{"runtime.bgscavenge", "garbage collection"},
	{"runtime.findRunnable", "scheduler"}, {"runtime.schedule", "scheduler"}, {"runtime.mcall", "scheduler"}, {"runtime.park_m", "scheduler"},
	{"modernc.org/", "SQLite"},
	{"database/sql", "package store and its driver"}, {"gongzhi/internal/store", "package store and its driver"},
	{"github.com/jackc/", "package store and its driver"},
	{"encoding/json", "JSON"}, {"github.com/gowebpki/jcs", "canonical JSON"},
	{"crypto/", "hashing and sealing"}, {"gongzhi/internal/vault", "hashing and sealing"},
	{"github.com/nicksnyder/", "words"}, {"text/template", "words"}, {"gongzhi/internal/text", "words"},
	{"github.com/a-h/templ", "drawing the page"}, {"gongzhi/internal/web/ui", "drawing the page"}, {"gongzhi/internal/web", "web"},
	{"github.com/google/cel-go", "conditions"}, {"gongzhi/internal/expr", "conditions"},
	{"gongzhi/internal/method", "method and steps"}, {"gongzhi/internal/step", "method and steps"}, {"gongzhi/internal/calendar", "method and steps"},
	{"gongzhi/internal/book", "registers"}, {"gongzhi/internal/register", "registers"}, {"gongzhi/internal/house", "registers"},
	{"gongzhi/internal/act", "acts and ledger"}, {"gongzhi/internal/ledger", "acts and ledger"},
	{"gongzhi/internal/docket", "docket"}, {"gongzhi/internal/desk", "desk"}, {"gongzhi/internal/api", "api"},
	{"gongzhi/internal/people", "people"}, {"github.com/alexedwards/scs", "sessions"}, {"github.com/klauspost/compress", "compression"},
	{"net/http", "HTTP and network"}, {"net.", "HTTP and network"}, {"internal/poll", "HTTP and network"}, {"bufio", "HTTP and network"},
	{"gongzhi/internal/clock", "clock"},
}

// layers adds up a profile as "go tool pprof -traces" prints it.
func layers(traces string) []share {
	sum := map[string]time.Duration{}
	var all time.Duration
	for _, block := range strings.Split(traces, "-----------+-------------------------------------------------------") {
		var took time.Duration
		var stack []string
		for line := range strings.SplitSeq(strings.TrimSpace(block), "\n") {
			fields := strings.Fields(line)
			if len(fields) == 0 || strings.HasSuffix(fields[0], ":") {
				continue
			}
			if d, err := time.ParseDuration(fields[0]); err == nil && len(stack) == 0 && len(fields) > 1 {
				took, fields = d, fields[1:]
			}
			stack = append(stack, fields[0])
		}
		if took == 0 {
			continue
		}
		all += took
		sum[belongs(stack)] += took
	}
	var out []share
	for name, d := range sum {
		out = append(out, share{name, float64(d) / float64(all)})
	}
	slices.SortFunc(out, func(a, b share) int { return cmp.Or(cmp.Compare(b.part, a.part), cmp.Compare(a.name, b.name)) })
	return out
}

func belongs(stack []string) string {
	for _, f := range stack {
		for _, l := range layerOf {
			if strings.HasPrefix(f, l.prefix) {
				return l.name
			}
		}
	}
	return "the rest"
}
