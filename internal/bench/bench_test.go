package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/house"
)

func TestAnswer(t *testing.T) {
	tests := []struct {
		name, in, body string
		status         int
		bad            bool
	}{
		{"with a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", 200, false},
		{"in chunks", "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", "abcd", 201, false},
		{"empty", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "", 503, false},
		{"cut off", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", "", 0, true},
		{"no answer", "hello, this is something else\r\n\r\n", "", 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var body bytes.Buffer
			status, err := answer(bufio.NewReader(strings.NewReader(tt.in)), &body)
			if (err != nil) != tt.bad || err == nil && (status != tt.status || body.String() != tt.body) {
				t.Errorf("got %d %q, %v", status, body.String(), err)
			}
		})
	}
}

func TestLayers(t *testing.T) {
	const traces = `File: gongzhi
Type: cpu
-----------+-------------------------------------------------------
      30ms   runtime.memmove
             modernc.org/sqlite/lib._x
             gongzhi/internal/store.(*session).exec
-----------+-------------------------------------------------------
      10ms   runtime.scanobject
             runtime.gcBgMarkWorker
-----------+-------------------------------------------------------
`
	got := layers(traces)
	want := []share{{"SQLite", .75}, {"garbage collection", .25}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A ratio is that of each round: a machine that is slow in one round is slow for both.
func TestRatiosAreTakenWithinRounds(t *testing.T) {
	m := &measured{got: map[string]map[string][]sample{"w": {"a": {{rate: 100}, {rate: 10}, {rate: 50}}, "b": {{rate: 200}, {rate: 20}, {rate: 100}}}}}
	if got := m.part("w", "a", "w", "b"); got != .5 {
		t.Errorf("got %v", got)
	}
	if got := m.part("w", "nobody", "w", "b"); got != 0 {
		t.Errorf("got %v for a server that was not measured", got)
	}
}

func listen(t *testing.T, h *house.House) string {
	mux := http.NewServeMux()
	doors(mux, h)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// self is a process that is known to run.
func self() *exec.Cmd { return &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}} }

// The house that is measured is the real one: it starts, is filled, answers every job as expected and counts what came.
func TestEveryJob(t *testing.T) {
	h, err := openHouse(settings{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	tokens, worker, err := fill(h, 20)
	if err != nil {
		t.Fatal(err)
	}
	addr := listen(t, h)
	s := houseServer(&process{settings: settings{Name: houseName}, ready: ready{addr, tokens, worker}, cmd: self()}, 20, works...)
	for _, work := range works {
		l := closed(addr, s.jobs[work], 4, 50*time.Millisecond)
		if l.bad > 0 || l.n == 0 {
			t.Errorf("%s: %d right, %d wrong: %v", work, l.n, l.bad, l.why)
		}
	}
	before := newest(&process{ready: ready{Addr: addr}})
	l := open(addr, submit{tokens}, 8, 200, 200*time.Millisecond)
	if now := newest(&process{ready: ready{Addr: addr}}); l.n != 40 || now-before != 40 {
		t.Errorf("of 40 submissions %d were answered and %d are there: %v", l.n, now-before, l.why)
	}
	if l := closed(addr, fixed("/api/v1/nowhere"), 1, 200*time.Millisecond); l.bad == 0 || l.n > 0 {
		t.Error("a wrong answer counts as right")
	}
}
