package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
)

// Marks of the page, between which everything is written anew.
const (
	from = "<!-- measured: written by make bench -->\n"
	to   = "<!-- end of measured -->\n"
)

// write puts the figures into the page.
func (m *measured) write() error {
	figures := m.figures()
	if m.page == "-" {
		_, err := fmt.Print(figures)
		return err
	}
	have, err := os.ReadFile(m.page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(have), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		return errors.New(m.page + " has no marks to write between")
	}
	return os.WriteFile(m.page, []byte(before+from+"\n"+figures+"\n"+to+after), 0o644)
}

// of gives the median of one figure of the samples of a server at a work.
func (m *measured) of(work, name string, figure func(sample) float64) float64 {
	var v []float64
	for _, s := range m.got[work][name] {
		v = append(v, figure(s))
	}
	return median(v)
}

func rate(s sample) float64 { return s.rate }
func cpu(s sample) float64  { return s.cpu }
func p50(s sample) float64  { return s.p50 }
func p99(s sample) float64  { return s.p99 }

// part is a ratio of rates within each round, and of those the median: what slows one round slows both.
func (m *measured) part(work, name, otherWork, other string) float64 {
	a, b := m.got[work][name], m.got[otherWork][other]
	var v []float64
	for i := range min(len(a), len(b)) {
		v = append(v, a[i].rate/b[i].rate)
	}
	return median(v)
}

func (m *measured) figures() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("%d processors (%s), %s, %s. Medians of %d rounds of %s, %d connections over loopback; servers take turns within", runtime.NumCPU(), model(), runtime.GOOS+"/"+runtime.GOARCH, runtime.Version(), m.options.rounds, m.length, m.clients)
	line("each round, clients and servers share the processors. Load before: %s. Noise: %s.", loadAverage(), m.noise())
	line("\n### Against the goals\n")
	line("| work | goal | measured |\n|---|---|---|")
	for _, g := range m.goals() {
		line("| %s | %s | %s |", g[0], g[1], g[2])
	}
	line("\n### Every figure\n")
	line("| work | server | a second (least–most) | p50 ms | p99 ms | server's CPU µs a request | of bare |")
	line("|---|---|---|---|---|---|---|")
	for _, work := range works {
		for _, name := range m.names {
			all := m.got[work][name]
			if len(all) == 0 {
				continue
			}
			least := slices.MinFunc(all, func(x, y sample) int { return int(x.rate - y.rate) }).rate
			greatest := slices.MaxFunc(all, func(x, y sample) int { return int(x.rate - y.rate) }).rate
			share := "–"
			if bare := m.bareOf(work); name != bareName && len(m.got[bare][bareName]) > 0 {
				share = fmt.Sprintf("%.1f %%", 100*m.part(work, name, bare, bareName))
			}
			line("| %s | %s | %.0f (%.0f–%.0f) | %.2f | %.2f | %.0f | %s |", work, name, m.of(work, name, rate), least, greatest, m.of(work, name, p50), m.of(work, name, p99), m.of(work, name, cpu), share)
		}
	}
	for _, work := range []string{submitWork, pageWork} {
		line("\n### Where the time goes: %s\n", work)
		line("Processor time of the server by layer: each sample counts for the innermost function that belongs to one.\n")
		line("| layer | share |\n|---|---|")
		for _, s := range m.profiles[work] {
			if s.part >= .01 {
				line("| %s | %.0f %% |", s.name, 100*s.part)
			}
		}
	}
	return b.String()
}

// bareOf is the work of the bare server that another's is compared with.
func (m *measured) bareOf(work string) string {
	if work == seeToWork {
		return submitWork
	}
	return work
}

// goals compares what was measured with what is aimed for.
func (m *measured) goals() [][3]string {
	bare := func(work, goal string) [3]string {
		return [3]string{work, "≥ " + goal + " of bare", fmt.Sprintf("%.1f %%", 100*m.part(work, houseName, work, bareName))}
	}
	out := [][3]string{
		bare(submitWork, "18 %"), bare(recordWork, "40 %"), bare(pageWork, "25 %"), bare(listWork, "8 %"), bare(mixWork, "17 %"),
		{"list at " + grouped(m.rows) + " matters", "≥ 80 % of its rate at 1,000", fmt.Sprintf("%.0f %%", 100*m.part(listWork, houseName, listWork, smallName))},
		{"group commit", "≥ 4 × batches of one", fmt.Sprintf("%.1f ×", m.part(submitWork, houseName, submitWork, aloneName))},
		{"burst", grouped(m.options.rate) + " a second for 10 s, none lost, p99 ≤ 20 ms", fmt.Sprintf("%.0f a second, %d lost, p50 %.1f ms, p99 %.1f ms", m.bursts.rate, m.lost, m.bursts.p50, m.bursts.p99)},
		{"first answer after start, " + grouped(m.rows) + " matters", "≤ 0.1 s", fmt.Sprintf("%.2f s", m.firstAnswer.Seconds())},
		{"memory busy, " + grouped(m.rows) + " matters", "50–225 MB", fmt.Sprintf("%d MB", m.memory)},
	}
	for _, s := range m.slowDisk {
		goal := "≥ 15 × batches of one"
		if s.sync > 5e6 {
			goal = "≥ 2,000 a second"
		}
		out = append(out, [3]string{fmt.Sprintf("syncs %s longer", s.sync), goal, fmt.Sprintf("%.0f a second; batches of one %.0f; %.0f ×", s.grouped, s.alone, s.grouped/s.alone)})
	}
	if len(m.inserts) > 0 {
		out = append(out, [3]string{"submission against one-row inserts into PostgreSQL", "≥ 100 %", fmt.Sprintf("%.0f %% of %.0f a second", 100*m.of(submitWork, houseName, rate)/median(m.inserts), median(m.inserts))})
	}
	if m.peer != nil {
		name := m.peer.name
		times := func(work, goal string) {
			out = append(out, [3]string{
				work + ", against " + name, "≥ " + goal + " ×",
				fmt.Sprintf("%.1f ×; CPU 1/%.1f; p99 1/%.1f", m.part(work, houseName, work, name), m.of(work, name, cpu)/m.of(work, houseName, cpu), m.of(work, name, p99)/m.of(work, houseName, p99)),
			})
		}
		times(submitWork, "5")
		times(recordWork, "7")
		out = append(out, [3]string{pageWork + ", against the JSON of " + name, "≥ 3 ×", fmt.Sprintf("%.1f ×", m.part(pageWork, houseName, recordWork, name))})
		times(listWork, "6")
		times(mixWork, "5")
		out = append(out, [3]string{"memory of " + name, "", fmt.Sprintf("%d MB", m.peerMemory)})
	}
	return out
}

// grouped is 100,000 for 100000.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// noise is how far the rounds of the bare server lie apart: what it does is always the same, so that is the machine.
func (m *measured) noise() string {
	worst := 0.0
	for _, work := range works {
		all := m.got[work][bareName]
		for _, s := range all {
			if mid := m.of(work, bareName, rate); mid > 0 {
				worst = max(worst, s.rate/mid-1, 1-s.rate/mid)
			}
		}
	}
	return fmt.Sprintf("a round of the bare server lay up to %.0f %% from its median", 100*worst)
}

func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(raw), " ")
	return first
}

func model() string {
	raw, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
