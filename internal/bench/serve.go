package main

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/api"
	"gongzhi/internal/calendar"
	"gongzhi/internal/house"
	"gongzhi/internal/method"
	"gongzhi/internal/people"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/web"
)

//go:embed testdata/charter
var charterFiles embed.FS

// settings say what a server process is: they come to it as JSON in its first argument.
type settings struct {
	Name  string
	Bare  bool          // answers the same JSON to everything
	Dir   string        // data
	URL   string        // PostgreSQL; SQLite in Dir where it is empty
	Batch int           // most writes a commit carries; 0 is the default
	Slow  time.Duration // added to each sync
	Rows  int           // matters to begin with
}

// ready is what a server process says on its standard output once it answers.
type ready struct {
	Addr   string
	Tokens []string
	Worker string
}

// bareAnswer is as long as a receipt.
const bareAnswer = `{"id":"01890a5d-ac96-774b-bcce-b302099a8057","matter":"100001","first":1,"last":2,"recorded":"2026-03-02T08:00:00.123456Z"}` + "\n"

// serve is a server process: it ends when its standard input does, so none is left behind.
func serve(s settings) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	said := ready{Addr: l.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/profile", pprof.Profile)
	if s.Bare {
		mux.HandleFunc("/", bare)
	} else {
		h, err := openHouse(s)
		if err != nil {
			return err
		}
		if said.Tokens, said.Worker, err = fill(h, s.Rows); err != nil {
			return err
		}
		doors(mux, h)
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		return err
	}
	return http.Serve(l, mux) //nolint:gosec // on loopback, for as long as the measuring takes
}

func doors(mux *http.ServeMux, h *house.House) {
	mux.Handle("/api/", api.New(api.For(h, nil)).Handler())
	mux.Handle("/", web.New(web.Config{House: h}).Handler())
}

func bare(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, bareAnswer)
}

func openHouse(s settings) (*house.House, error) {
	files, err := fs.Sub(charterFiles, "testdata/charter")
	if err != nil {
		return nil, err
	}
	c := house.Config{Charter: files, Dir: s.Dir, URL: s.URL, BatchMax: s.Batch}
	if s.Slow > 0 {
		c.Synced = func() { time.Sleep(s.Slow) }
	}
	return house.Open(context.Background(), c)
}

var subject = act.RowID{Register: "compound", ID: "yinghe91"}

// fill opens accounts and begins matters up to rows, through the desk like any other.
func fill(h *house.House, rows int) (tokens []string, worker string, err error) {
	ctx := context.Background()
	open := func(role string, scope act.RowID) (person act.Person, token string, err error) {
		person = people.NewPerson()
		err = h.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
			if err := h.People.Add(ctx, tx, people.Account{Person: person, Name: "某某"}, ""); err != nil {
				return err
			}
			m := people.Mandate{ID: people.MandateID(person, role, scope), Person: person, Role: role, Scope: scope, Starts: calendar.DateOf(tx.Now())}
			if err := h.People.Grant(ctx, tx, m); err != nil {
				return err
			}
			token, err = h.People.IssueToken(ctx, tx, person, "bench", tx.Now().AddDate(0, 0, 1))
			return err
		})
		return person, token, err
	}
	var who act.Person
	for range 16 {
		var token string
		if who, token, err = open("resident", subject); err != nil {
			return nil, "", err
		}
		tokens = append(tokens, token)
	}
	if _, worker, err = open("worker", act.RowID{}); err != nil {
		return nil, "", err
	}
	actor, err := h.People.Actor(ctx, h.Store.Read(), who, calendar.DateOf(h.Clock.Now()))
	if err != nil {
		return nil, "", err
	}
	return tokens, worker, begin(ctx, h, actor, rows)
}

func begin(ctx context.Context, h *house.House, who method.Actor, rows int) error {
	there, err := h.Docket.List(ctx, h.Store.Read(), listNewest)
	if err != nil {
		return err
	}
	if len(there) > 0 {
		rows -= int(there[0].Number)
	}
	var (
		next  atomic.Int64
		group sync.WaitGroup
		first atomic.Pointer[error]
	)
	for range 256 {
		group.Go(func() {
			for i := next.Add(1); i <= int64(rows) && first.Load() == nil; i = next.Add(1) {
				sort := [...]string{"light", "pipe", "roof", "other"}[i%4]
				_, err := h.Desk.Begin(ctx, who, "repair", subject, step.Submission{ID: rand.Text(), Channel: "api", Values: map[string][]string{
					"what": {fmt.Sprintf("第%d号 楼道照明", i)}, "details": {details}, "sort": {sort}, "urgency": {"3"}, "phone": {"13800000000"},
				}})
				if err != nil {
					first.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	group.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

var errNotReady = errors.New("the server ended before it answered")
