package cli

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"gongzhi/charters"
	"gongzhi/internal/api"
	"gongzhi/internal/clock"
	"gongzhi/internal/courier"
	"gongzhi/internal/demo"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/open311"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
	"gongzhi/internal/timekeeper"
	"gongzhi/internal/web"
	"gongzhi/internal/web/assets"
)

// Where things lie unless said otherwise.
const (
	dataDir = "data"
	demoDir = "var/demo"
	address = "127.0.0.1:8080"
)

// place is where a command finds its house.
type place struct {
	data, database, charter string
	clock                   string // a file that tells the instant, for tests of the whole program; not in the help
	tested                  bool   // the clock's file may be used
}

// testClock is the variable of the environment without which nobody can move the clock of a house that is in use.
const testClock = "GONGZHI_TEST_CLOCK"

// lookTested is how often deadlines are looked for when a test moves the clock.
const lookTested = 50 * time.Millisecond

func (p *place) flags(f *flag.FlagSet) {
	f.StringVar(&p.data, "data", "", "")
	f.StringVar(&p.database, "database", "", "")
	f.StringVar(&p.charter, "charter", "", "")
	f.StringVar(&p.clock, "clock", "", "")
	p.tested = os.Getenv(testClock) == "1"
}

// time is the machine's, or a test's.
func (p *place) time() (clock.Clock, error) {
	switch {
	case p.clock == "":
		return clock.System, nil
	case !p.tested:
		return nil, fault.Refuse(fault.Denied, "cli.clock", fault.Basis{}, fault.Args{"Variable": testClock})
	}
	return clock.NewFile(p.clock)
}

// files is the charter's folder: the one given, else that which comes with the program.
func (p *place) files() fs.FS {
	if p.charter != "" {
		return os.DirFS(p.charter)
	}
	return charters.Linshanzhai()
}

func (p *place) config(log *slog.Logger) (house.Config, error) {
	dir := p.data
	if dir == "" {
		dir = dataDir
	}
	now, err := p.time()
	return house.Config{Charter: p.files(), Dir: dir, URL: p.database, Clock: now, Log: log}, err
}

// open is for commands beside the server: without --charter they go by the version in force, and leave it in force.
func (p *place) open(ctx context.Context, log *slog.Logger) (*house.House, error) {
	c, err := p.config(log)
	if err != nil {
		return nil, err
	}
	if comes := c.Charter; p.charter == "" {
		c.Charter = nil
		h, err := house.Open(ctx, c)
		if !errors.Is(err, house.ErrNew) {
			return h, err
		}
		c.Charter = comes
	}
	return house.Open(ctx, c)
}

// within opens the house for one thing that a command does, says nothing of how it runs, and closes it again.
func (p *place) within(do func(context.Context, *house.House) error) error {
	ctx := context.Background()
	h, err := p.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, h), h.Close())
}

// begin opens the house, with the demo in it where that is wanted, and says who can sign in to the demo.
func (p *place) begin(ctx context.Context, withDemo bool, log *slog.Logger) (*house.House, []demo.SignIn, error) {
	c, err := p.config(log)
	if err != nil {
		return nil, nil, err
	}
	if !withDemo {
		h, err := house.Open(ctx, c)
		return h, nil, err
	}
	h, filled, err := demo.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	return h, filled.SignIns, nil
}

// serve opens the house and answers until it is told to stop.
func serve(c *call) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	var at place
	at.flags(flags)
	listen := flags.String("listen", address, "")
	origin := flags.String("origin", "", "")
	channels := flags.String("channels", "", "")
	withDemo := flags.Bool("demo", false, "")
	if words, fine := c.parse(flags); !fine || len(words) > 0 {
		if fine {
			c.refuse(text.Key("cli.argument", "Why", strings.Join(words, " ")))
		}
		return unusable
	}
	if *withDemo && at.data == "" {
		at.data = demoDir
	}
	at.tested = at.tested || *withDemo
	log := slog.New(slog.NewTextHandler(c.err, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := c.serve(ctx, at, serving{*listen, *origin, *channels, *withDemo}, log); err != nil {
		if no, refused := fault.As(err); refused {
			return c.refuse(text.Words{Key: no.Code, Args: no.Args})
		}
		return c.refuse(text.Key("cli.serve.failed", "Why", err.Error()))
	}
	return ok
}

// serving is how serve was called.
type serving struct {
	listen   string
	origin   string // before addresses in letters, feeds and QR codes; "" is where it listens
	channels string // file of the ways out of the house; "" is none
	demo     bool
}

func (c *call) serve(ctx context.Context, at place, how serving, log *slog.Logger) (err error) {
	// Reading a charter makes much garbage and keeps little of it: collecting it seldom until the house answers saves a
	// fifth of the processor time of a start.
	usual := debug.SetGCPercent(400)
	defer debug.SetGCPercent(usual)
	// The port first: a second start must not touch the data of the first.
	l, err := net.Listen("tcp", how.listen)
	if err != nil {
		return err
	}
	var channels courier.Channels
	if how.channels != "" {
		if channels, err = courier.Load(how.channels); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	h, people, err := at.begin(ctx, how.demo, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	config := web.Config{House: h, Origin: how.origin}
	for _, p := range people {
		config.Demo = append(config.Demo, web.DemoPerson{Login: p.Login, Password: p.Password, Role: p.Role})
	}
	if err := assets.Err(); err != nil {
		log.Warn("pages have no styles or scripts", "error", err)
	}
	site := web.New(config)
	mux := http.NewServeMux()
	mux.Handle("/api/", api.New(api.For(h, log)).Handler())
	mux.Handle("/open311/", open311.New(open311.Config{
		Store: h.Store, Desk: h.Desk, Docket: h.Docket, Ledger: h.Ledger, People: h.People, Clock: h.Clock, Origin: how.origin, Log: log,
		Book: func(ctx context.Context, q store.Q) open311.Book {
			return h.Book.Reader(ctx, q, h.Tenant, h.Desk.Charter().Registers)
		},
	}).Handler())
	pages := site.Handler()
	mux.Handle("/", pages)
	mux.Handle("GET /api", pages) // the description, for people
	server := &http.Server{
		Handler: mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelInfo),
	}
	keeping := timekeeper.Config{Desk: h.Desk, Docket: h.Docket, Store: h.Store, Clock: h.Clock, Log: log, Chores: []timekeeper.Chore{
		{Name: "retention", Do: h.Retain}, {Name: "sessions", Do: h.People.Sessions(h.Store, clock.System).Sweep},
	}}
	if at.clock != "" {
		keeping.Look = lookTested
	}
	keeper := timekeeper.New(keeping)
	here := "http://" + l.Addr().String()
	carrying := courier.Config{
		Outbox: h.Outbox, Store: h.Store, Docket: h.Docket, Charter: h.Desk.Charter, Clock: h.Clock, Origin: cmp.Or(how.origin, here),
		Channels: channels, Log: log,
	}
	messenger, err := courier.New(carrying)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	done := make(chan error, 4)
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { done <- keeper.Run(running) }()
	go func() { done <- h.PublicLog.Run(running) }()
	go func() { done <- messenger.Run(running) }()
	go func() { done <- server.Serve(l) }()
	debug.SetGCPercent(usual)
	accounts, err := h.People.List(ctx, h.Store.Read(), "", 1)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	c.welcome(here, at, people, len(accounts) == 0)

	select {
	case <-ctx.Done():
	case err = <-done:
		log.Error("stopping", "error", err)
	}
	cancel()
	ending, giveUp := context.WithTimeout(context.Background(), 15*time.Second)
	defer giveUp()
	if err := server.Shutdown(ending); err != nil {
		log.Warn("some answers were not finished", "error", err)
	}
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.Canceled) {
		err = nil
	}
	return err
}

// welcome says where the pages are and, in a demo, how to sign in.
func (c *call) welcome(at string, where place, people []demo.SignIn, nobody bool) {
	data, err := filepath.Abs(where.data)
	if err != nil || where.data == "" {
		data = where.data
	}
	if where.data == "" {
		data = dataDir
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.serve.welcome", "At", at, "Data", data)))
	if len(people) == 0 {
		if nobody {
			fmt.Fprintln(c.out, c.say(text.Key("cli.serve.nobody", "Data", data)))
		}
		return
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.serve.sign_ins")))
	for _, p := range people {
		fmt.Fprintf(c.out, "  %-22s %-16s %s\n", p.Login, p.Password, c.say(p.Role.Words()))
	}
}
