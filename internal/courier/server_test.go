package courier_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"io"
	"mime"
	"net"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// server is a mail server that speaks SMTP on a socket, and fails where it is told to.
type server struct {
	t       *testing.T
	listen  net.Listener
	tls     *tls.Config // offered after EHLO; nil is none
	mu      sync.Mutex
	says    map[string]string // instead of the usual answer, by the verb: "RCPT": "550 5.1.1 no such mailbox"
	hang    string            // the verb, or "BODY", at which it falls silent
	letters []string
	signins []string
}

func newServer(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, listen: l, says: map[string]string{}}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	return s
}

// certificate is a pair for 127.0.0.1, and a file with what to trust it by.
func certificate(t *testing.T) (*tls.Config, string) {
	t.Helper()
	h := httptest.NewTLSServer(nil)
	t.Cleanup(h.Close)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: h.TLS.Certificates}, file
}

func (s *server) set(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

func (s *server) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	say := func(line string) { _, _ = io.WriteString(c, line+"\r\n") }
	say("220 stand-in ESMTP")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb := strings.ToUpper(strings.SplitN(line, " ", 2)[0])
		verb = strings.SplitN(verb, ":", 2)[0]
		s.mu.Lock()
		answer, hang, offered := s.says[verb], s.hang == verb, s.tls
		body := s.hang == "BODY"
		s.mu.Unlock()
		if hang {
			_, _ = io.Copy(io.Discard, r) // silent until the other side goes
			return
		}
		if answer != "" {
			say(answer)
			continue
		}
		switch verb {
		case "EHLO":
			say("250-stand-in")
			if _, already := c.(*tls.Conn); offered != nil && !already {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN")
		case "STARTTLS":
			if offered == nil {
				say("502 not here")
				continue
			}
			say("220 go on")
			c = tls.Server(c, offered)
			r = bufio.NewReader(c)
		case "AUTH":
			raw, _ := base64.StdEncoding.DecodeString(line[strings.LastIndexByte(line, ' ')+1:])
			s.set(func() { s.signins = append(s.signins, string(raw)) })
			say("235 welcome")
		case "MAIL", "RCPT":
			say("250 ok")
		case "DATA":
			say("354 go on")
			var letter strings.Builder
			for {
				l, err := r.ReadString('\n')
				if err != nil {
					return
				}
				if body {
					_, _ = io.Copy(io.Discard, r)
					return
				}
				if l == ".\r\n" {
					break
				}
				letter.WriteString(strings.TrimPrefix(l, "."))
			}
			s.set(func() { s.letters = append(s.letters, letter.String()) })
			if after := s.says["BODY"]; after != "" {
				say(after)
				continue
			}
			say("250 taken")
		case "QUIT":
			say("221 goodbye")
			return
		default:
			say("500 what?")
		}
	}
}

// got waits for no one: the conversation is over when Carry returns.
func (s *server) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.letters...)
}

// read takes a letter apart as a mail program would.
func read(t *testing.T, raw string) (m *mail.Message, subject, body string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("no letter: %v\n%s", err, raw)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	coded, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(coded), "\r\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return m, subject, string(plain)
}
