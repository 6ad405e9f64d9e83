package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// job makes requests and looks at their answers. One client at a time uses what client gives.
type job interface {
	client(i int) turn
}

// turn is one client's next request: its bytes, and what is done with the answer.
type turn func(buf *bytes.Buffer) (check func(status int, body []byte) error)

// load is what clients saw in one round.
type load struct {
	n       int           // answered as they should be
	bad     int           // answered otherwise, or not at all
	why     error         // the first of those
	took    time.Duration // from the first request to the last answer
	latency []time.Duration
}

func (l load) rate() float64 { return float64(l.n) / l.took.Seconds() }

// at is a quantile of the latencies in ms.
func (l load) at(q float64) float64 {
	if len(l.latency) == 0 {
		return 0
	}
	return float64(l.latency[int(q*float64(len(l.latency)-1))]) / float64(time.Millisecond)
}

// closed keeps each of so many connections busy for a while: the next request follows the answer at once.
func closed(addr string, j job, clients int, length time.Duration) load {
	start := time.Now()
	end := start.Add(length)
	return run(addr, j, clients, func() (time.Time, bool) {
		now := time.Now()
		return now, now.Before(end)
	})
}

// open sends at a fixed rate whether or not answers have come. Latency counts from when a request was due, so that a
// server that stalls is not excused by the clients that waited with it.
func open(addr string, j job, clients, rate int, length time.Duration) load {
	start, gap := time.Now(), time.Second/time.Duration(rate)
	var next atomic.Int64
	total := int64(length / gap)
	return run(addr, j, clients, func() (time.Time, bool) {
		n := next.Add(1) - 1
		if n >= total {
			return time.Time{}, false
		}
		due := start.Add(time.Duration(n) * gap)
		time.Sleep(time.Until(due))
		return due, true
	})
}

// run lets clients send until next says that it is over.
func run(addr string, j job, clients int, next func() (time.Time, bool)) load {
	var (
		all  load
		mu   sync.Mutex
		wait sync.WaitGroup
	)
	start := time.Now()
	for i := range clients {
		wait.Go(func() {
			var mine load
			err := send(addr, j.client(i), next, &mine)
			mu.Lock()
			defer mu.Unlock()
			all.n += mine.n
			all.bad += mine.bad
			all.latency = append(all.latency, mine.latency...)
			if all.why == nil {
				all.why = errors.Join(mine.why, err)
			}
		})
	}
	wait.Wait()
	all.took = time.Since(start)
	slices.Sort(all.latency)
	return all
}

// send is one client on one connection. It speaks just enough HTTP/1.1 itself: package net/http's client would use more
// of the machine than the server that is measured.
func send(addr string, t turn, next func() (time.Time, bool), l *load) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		l.bad++
		return err
	}
	defer func() { _ = conn.Close() }() // nothing is lost: every answer was read
	in := bufio.NewReaderSize(conn, 64<<10)
	var out, body bytes.Buffer
	for {
		due, more := next()
		if !more {
			return nil
		}
		out.Reset()
		check := t(&out)
		if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
			return err
		}
		if _, err := conn.Write(out.Bytes()); err != nil {
			l.bad++
			return err
		}
		status, err := answer(in, &body)
		if err != nil {
			l.bad++
			return err
		}
		if err := check(status, body.Bytes()); err != nil {
			if l.bad++; l.why == nil {
				l.why = err
			}
			continue
		}
		l.n++
		l.latency = append(l.latency, time.Since(due))
	}
}

// answer reads one response.
func answer(in *bufio.Reader, body *bytes.Buffer) (status int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return 0, fmt.Errorf("not an answer: %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, err
	}
	length, chunked := 0, false
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	body.Reset()
	if !chunked {
		_, err = io.CopyN(body, in, int64(length))
		return status, err
	}
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return 0, fmt.Errorf("chunk: %w", err)
		}
		if _, err := io.CopyN(body, in, size); err != nil {
			return 0, err
		}
		if _, err := in.Discard(2); err != nil || size == 0 {
			return status, err
		}
	}
}
