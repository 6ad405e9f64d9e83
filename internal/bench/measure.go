package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// sample is one server at one work in one round.
type sample struct {
	rate     float64 // requests a second
	p50, p99 float64 // ms
	cpu      float64 // µs of the server's processor time a request
}

// measured is all that the page tells.
type measured struct {
	options
	got         map[string]map[string][]sample // work, server
	names       []string                       // servers, in their order
	inserts     []float64
	firstAnswer time.Duration
	memory      int
	peerMemory  int
	lost        int
	bursts      sample
	slowDisk    []slowDisk
	profiles    map[string][]share
}

type slowDisk struct {
	sync           time.Duration
	grouped, alone float64
}

// settle is given to a server before its turn counts: its caches, its log, the processor's clock.
const settle = 300 * time.Millisecond

func (m *measured) rounds(servers []server) error {
	for _, s := range servers {
		m.names = append(m.names, s.name)
	}
	for round := range m.options.rounds {
		for _, work := range works {
			for i := range servers {
				s := servers[(i+round)%len(servers)] // nobody always follows the same one
				j := s.jobs[work]
				if j == nil {
					continue
				}
				got, err := one(s, j, m.clients, m.length)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", s.name, work, err)
				}
				if m.got[work] == nil {
					m.got[work] = map[string][]sample{}
				}
				m.got[work][s.name] = append(m.got[work][s.name], got)
				fmt.Fprintf(os.Stderr, "round %d  %-36s %-36s %8.0f/s  p50 %6.2f  p99 %7.2f ms  %5.0f µs\n", round+1, work, s.name, got.rate, got.p50, got.p99, got.cpu)
			}
		}
		if m.postgres != "" {
			l, err := inserts(m.postgres, m.clients, m.length)
			if err != nil {
				return err
			}
			m.inserts = append(m.inserts, l.rate())
		}
	}
	return nil
}

// one measures one server at one work. An answer that is not the right one ends the measuring: a server is not fast
// for refusing.
func one(s server, j job, clients int, length time.Duration) (sample, error) {
	if warm := closed(s.addr, j, clients, settle); warm.bad > 0 {
		return sample{}, warm.why
	}
	before, err := busy(s.pid)
	if err != nil {
		return sample{}, err
	}
	l := closed(s.addr, j, clients, length)
	if l.bad > 0 {
		return sample{}, fmt.Errorf("%d of %d: %w", l.bad, l.bad+l.n, l.why)
	}
	after, err := busy(s.pid)
	if err != nil {
		return sample{}, err
	}
	return sample{l.rate(), l.at(.5), l.at(.99), float64((after - before).Microseconds()) / float64(l.n)}, nil
}

// burst sends faster than anybody would, and counts what is there afterwards.
func (m *measured) burst(p *process) error {
	before := newest(p)
	l := open(p.Addr, submit{p.Tokens}, 4*m.clients, m.rate, 10*time.Second)
	if l.bad > 0 {
		return fmt.Errorf("burst: %d were not answered: %w", l.bad, l.why)
	}
	m.bursts = sample{rate: l.rate(), p50: l.at(.5), p99: l.at(.99)}
	m.lost = l.n - int(newest(p)-before)
	return nil
}

// restarted ends a server and measures how long a new one takes from its start to the first answer.
func restarted(p *process) (time.Duration, error) {
	if err := p.stop(); err != nil {
		return 0, err
	}
	began := time.Now()
	again, err := start(p.settings)
	if err != nil {
		return 0, err
	}
	*p = *again
	if newest(p) == 0 {
		return 0, fmt.Errorf("%s: its matters are gone after a restart", p.Name)
	}
	return time.Since(began), nil
}

// slowDisks measures grouping where each sync takes longer than this machine's.
func (m *measured) slowDisks(begin func(settings) (*process, error)) error {
	for _, sync := range []time.Duration{2 * time.Millisecond, 10 * time.Millisecond} {
		var rates [2]float64
		for i, batch := range []int{0, 1} {
			name := fmt.Sprintf("syncs of %s more, batches of %d", sync, batch)
			p, err := begin(settings{Name: name, Slow: sync, Batch: batch})
			if err != nil {
				return err
			}
			var all []float64
			for range m.options.rounds {
				got, err := one(houseServer(p, 1, submitWork), submit{p.Tokens}, 4*m.clients, m.length)
				if err != nil {
					return err
				}
				all = append(all, got.rate)
			}
			rates[i] = median(all)
		}
		m.slowDisk = append(m.slowDisk, slowDisk{sync, rates[0], rates[1]})
	}
	return nil
}

// profiled keeps a server busy while it profiles itself.
func (m *measured) profiled(p *process, s server, work string) error {
	dir := m.profile
	if dir == "" {
		dir = p.Dir
	}
	name := map[string]string{submitWork: "submission", pageWork: "page"}[work]
	file := filepath.Join(dir, name+".pprof")
	done := make(chan error, 1)
	go func() { done <- fetch(p.Addr, "/debug/profile?seconds=3", file) }()
	l := closed(s.addr, s.jobs[work], m.clients, 3500*time.Millisecond)
	if err := <-done; err != nil {
		return err
	}
	if l.bad > 0 {
		return l.why
	}
	raw, err := exec.Command("go", "tool", "pprof", "-traces", file).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	if m.profiles == nil {
		m.profiles = map[string][]share{}
	}
	m.profiles[work] = layers(string(raw))
	return nil
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
