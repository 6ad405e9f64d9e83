// Package main measures the house from outside.
//
// In: this machine, perhaps the address of a PostgreSQL and a peer that runs already. Out: docs/performance.md between
// its marks. Each server is a process of its own on loopback; all of them take their turns in every round, so that what
// else the machine does falls on all alike, and what is reported are ratios and medians. It changes nothing but that
// page and its own temporary folder, and it is no gate: a slow machine fails no build.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gongzhi/internal/docket"
)

var listNewest = docket.Filter{Limit: 1}

// options of one run.
type options struct {
	rounds, clients, rows int
	length                time.Duration
	rate                  int
	postgres              string
	peer                  *peer
	slow                  bool
	page                  string
	profile               string
}

func main() {
	if err := bench(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench() error {
	var o options
	serving := flag.String("serve", "", "be a server with these settings (used by bench itself)")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds, of which the median counts")
	flag.IntVar(&o.clients, "clients", 64, "connections")
	flag.IntVar(&o.rows, "rows", 100_000, "matters in the large house; the small one has 1,000")
	flag.DurationVar(&o.length, "length", 3*time.Second, "of each measurement")
	flag.IntVar(&o.rate, "rate", 3000, "submissions a second of the burst, for 10 s")
	flag.BoolVar(&o.slow, "slow", true, "measure what slow disks cost, too")
	flag.StringVar(&o.postgres, "postgres", os.Getenv("GONGZHI_TEST_POSTGRES"), "address of an empty PostgreSQL")
	flag.StringVar(&o.page, "page", "docs/performance.md", "the page to write into; - prints")
	flag.StringVar(&o.profile, "profile", "", "folder to keep the profiles in; default none")
	peerFile := flag.String("peer", "", "requests to a peer that runs already")
	peerName := flag.String("peer-name", "peer", "what it is called")
	peerPID := flag.Int("peer-pid", 0, "its process")
	flag.Parse()
	if *serving != "" {
		var s settings
		if err := json.Unmarshal([]byte(*serving), &s); err != nil {
			return err
		}
		return serve(s)
	}
	if *peerFile != "" {
		var err error
		if o.peer, err = readPeer(*peerName, *peerFile, *peerPID); err != nil {
			return err
		}
	}
	dir, err := os.MkdirTemp("", "gongzhi-bench-")
	if err != nil {
		return err
	}
	return errors.Join(o.measure(dir), os.RemoveAll(dir))
}

// server is one of those that take turns.
type server struct {
	name string
	pid  int
	addr string
	jobs map[string]job
}

// Names of the servers, as the page shows them.
const (
	bareName  = "bare net/http"
	houseName = "Gongzhi, SQLite"
	smallName = "Gongzhi, SQLite, 1,000 matters"
	aloneName = "Gongzhi, SQLite, one write a commit"
	pgName    = "Gongzhi, PostgreSQL"
)

// Names of the works, in the order of the page.
const (
	submitWork = "submission"
	seeToWork  = "begun and seen to, by turns"
	recordWork = "one record as JSON"
	pageWork   = "one matter page as HTML"
	listWork   = "list of 50, filtered, bounded total"
	mixWork    = "mix: 70 read, 20 list, 10 submit"
)

var works = []string{submitWork, seeToWork, recordWork, pageWork, listWork, mixWork}

const listPath = "/api/v1/matters?method=repair&step=handle&limit=50"

// small is how many matters the small house has.
const small = 1000

func (o options) measure(dir string) (err error) {
	var running []*process
	defer func() {
		for _, p := range running {
			err = errors.Join(err, stopped(p))
		}
	}()
	begin := func(s settings) (*process, error) {
		s.Dir = filepath.Join(dir, fmt.Sprintf("server%d", len(running)))
		fmt.Fprintf(os.Stderr, "starting %s, %d matters\n", s.Name, s.Rows)
		p, err := start(s)
		if err == nil {
			running = append(running, p)
		}
		return p, err
	}
	m := &measured{options: o, got: map[string]map[string][]sample{}}
	bareServer, err := begin(settings{Name: bareName, Bare: true})
	if err != nil {
		return err
	}
	house, err := begin(settings{Name: houseName, Rows: o.rows})
	if err != nil {
		return err
	}
	m.firstAnswer, err = restarted(house)
	if err != nil {
		return err
	}
	smaller, err := begin(settings{Name: smallName, Rows: small})
	if err != nil {
		return err
	}
	alone, err := begin(settings{Name: aloneName, Rows: small, Batch: 1})
	if err != nil {
		return err
	}
	servers := []server{
		{bareName, bareServer.cmd.Process.Pid, bareServer.Addr, map[string]job{
			submitWork: post{submit{}.body()}, recordWork: fixed("/"), pageWork: fixed("/"), listWork: fixed("/"),
			mixWork: mix{fixed("/"), fixed("/"), post{submit{}.body()}},
		}},
		houseServer(house, o.rows, works...),
		houseServer(smaller, small, listWork),
		houseServer(alone, small, submitWork),
	}
	if o.postgres != "" {
		pg, err := begin(settings{Name: pgName, Rows: small, URL: o.postgres})
		if err != nil {
			return err
		}
		servers = append(servers, houseServer(pg, small, works...))
	}
	if o.peer != nil {
		jobs := map[string]job{submitWork: o.peer.action("create"), recordWork: o.peer.action("detail"), listWork: o.peer.action("list")}
		jobs[mixWork] = mix{jobs[recordWork], jobs[listWork], jobs[submitWork]}
		servers = append(servers, server{o.peer.name, o.peer.pid, o.peer.addr, jobs})
	}
	if err := m.rounds(servers); err != nil {
		return err
	}
	if err := m.burst(house); err != nil {
		return err
	}
	if m.memory, err = memory(house.cmd.Process.Pid); err != nil {
		return err
	}
	if o.peer != nil {
		if m.peerMemory, err = memory(o.peer.pid); err != nil {
			return err
		}
	}
	for _, work := range []string{submitWork, pageWork} {
		if err := m.profiled(house, servers[1], work); err != nil {
			return err
		}
	}
	if o.slow {
		if err := m.slowDisks(begin); err != nil {
			return err
		}
	}
	return m.write()
}

// stopped ends a process; one that was killed has ended as it should.
func stopped(p *process) error {
	if err := p.stop(); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	return nil
}

func houseServer(p *process, rows int, doing ...string) server {
	s := server{p.Name, p.cmd.Process.Pid, p.Addr, map[string]job{}}
	sub := submit{p.Tokens}
	record, list := oneOf("/api/v1/matters/%d", rows), fixed(listPath)
	all := map[string]job{
		submitWork: sub, seeToWork: seeTo{sub, p.Worker}, recordWork: record, pageWork: oneOf("/matters/%d", rows), listWork: list,
		mixWork: mix{record, list, sub},
	}
	for _, work := range doing {
		s.jobs[work] = all[work]
	}
	return s
}
