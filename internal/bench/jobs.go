package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"sync/atomic"
)

// host stands in every request; the address it goes to is that of the connection.
const host = "localhost"

// request writes one; headers are whole lines.
func request(buf *bytes.Buffer, method, path, body string, headers ...string) {
	fmt.Fprintf(buf, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, host)
	for _, h := range headers {
		buf.WriteString(h)
		buf.WriteString("\r\n")
	}
	if body != "" {
		fmt.Fprintf(buf, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	buf.WriteString("\r\n")
	buf.WriteString(body)
}

func want(status int) func(int, []byte) error {
	return func(got int, body []byte) error {
		if got != status {
			return fmt.Errorf("answered %d: %s", got, body[:min(len(body), 500)])
		}
		return nil
	}
}

// keys are ids of submissions that no other run has used.
var (
	keyStart = rand.Text()
	keyCount atomic.Int64
)

func key() string { return fmt.Sprintf("%s-%d", keyStart, keyCount.Add(1)) }

// get asks for one address after another.
type get struct {
	path    func(r *mathrand.Rand) string
	headers []string
}

func (g get) client(i int) turn {
	r := mathrand.New(mathrand.NewPCG(uint64(i), 7))
	return func(buf *bytes.Buffer) func(int, []byte) error {
		request(buf, "GET", g.path(r), "", g.headers...)
		return want(200)
	}
}

// fixed is always the same address.
func fixed(path string) get { return get{path: func(*mathrand.Rand) string { return path }} }

// read is how many matters are read again and again: as elsewhere, a few of all are what people look at.
const read = 1000

// oneOf is one of the matters that are read, which lie spread over all there are.
func oneOf(format string, matters int) get {
	apart := max(1, matters/read)
	return get{path: func(r *mathrand.Rand) string { return fmt.Sprintf(format, 1+r.IntN(min(matters, read))*apart) }}
}

// details is what a resident writes: some 300 bytes in the record.
var details = strings.Repeat("楼道三层照明灯损坏，夜间通行不便，老人上下楼有跌倒危险，请尽快安排维修。", 3)

// submit begins a repair: a form of five answers, one of them sealed, a condition, a deadline.
type submit struct{ tokens []string }

func (s submit) body() string {
	return fmt.Sprintf(`{"method":"repair","subject":"compound/yinghe91","values":{"what":"第%d号 楼道照明","details":"%s","sort":"light","urgency":"3","phone":"13800000000"}}`, keyCount.Load(), details)
}

func (s submit) client(i int) turn {
	auth := "Authorization: Bearer " + s.tokens[i%len(s.tokens)]
	return func(buf *bytes.Buffer) func(int, []byte) error {
		request(buf, "POST", "/api/v1/matters", s.body(), auth, "Idempotency-Key: "+key())
		return want(201)
	}
}

// seeTo begins a repair and then closes it, by turns.
type seeTo struct {
	submit
	worker string
}

func (s seeTo) client(i int) turn {
	begin, auth, matter := s.submit.client(i), "Authorization: Bearer "+s.worker, ""
	return func(buf *bytes.Buffer) func(int, []byte) error {
		if matter == "" {
			check := begin(buf)
			return func(status int, body []byte) error {
				if _, rest, ok := strings.Cut(string(body), `"matter":"`); ok {
					matter, _, _ = strings.Cut(rest, `"`)
				}
				return check(status, body)
			}
		}
		request(buf, "POST", "/api/v1/matters/"+matter+"/submissions", `{"step":"handle","verb":"submit","values":{"outcome":"已更换灯具并试亮。"}}`,
			auth, "Idempotency-Key: "+key())
		matter = ""
		return want(201)
	}
}

// post sends the body of a submission to a server that does nothing with it.
type post struct{ body string }

func (p post) client(int) turn {
	return func(buf *bytes.Buffer) func(int, []byte) error {
		request(buf, "POST", "/", p.body, "Idempotency-Key: "+key())
		return want(200)
	}
}

// mix is seven reads, two lists and one submission of ten requests, in an order of chance.
type mix struct{ read, list, submit job }

func (m mix) client(i int) turn {
	r := mathrand.New(mathrand.NewPCG(uint64(i), 9))
	read, list, submit := m.read.client(i), m.list.client(i), m.submit.client(i)
	return func(buf *bytes.Buffer) func(int, []byte) error {
		switch n := r.IntN(10); {
		case n < 7:
			return read(buf)
		case n < 9:
			return list(buf)
		default:
			return submit(buf)
		}
	}
}
