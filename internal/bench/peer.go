package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/url"
	"os"
	"strings"
)

// peer is another product that is measured in the same rounds. It runs already; a file says which requests to send, with
// {{n}}, {{token}}, {{user}} and {{pick}} in the places of what differs.
type peer struct {
	name   string
	pid    int
	addr   string
	script script
}

type script struct {
	Base   string       `json:"base"`
	Tokens []string     `json:"tokens"`
	Users  []string     `json:"users"`
	Picks  []string     `json:"picks"`
	Steps  []peerAction `json:"steps"`
}

type peerAction struct {
	Name    string            `json:"name"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	Expect  int               `json:"expect"`
}

func readPeer(name, file string, pid int) (*peer, error) {
	p := &peer{name: name, pid: pid}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, &p.script); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	at, err := url.Parse(p.script.Base)
	if err != nil {
		return nil, err
	}
	p.addr = at.Host
	if pid == 0 || p.addr == "" || len(p.script.Tokens) == 0 {
		return nil, errors.New("a peer needs its process id, an address and tokens")
	}
	return p, nil
}

// action is a job of the peer's script, nil where it has none of that name.
func (p *peer) action(name string) job {
	for _, a := range p.script.Steps {
		if a.Name == name {
			return scripted{p.script, a}
		}
	}
	return nil
}

type scripted struct {
	script
	peerAction
}

func (s scripted) client(i int) turn {
	r := mathrand.New(mathrand.NewPCG(uint64(i), 11))
	user := ""
	if len(s.Users) > 0 {
		user = s.Users[i%len(s.Users)]
	}
	return func(buf *bytes.Buffer) func(int, []byte) error {
		pick := ""
		if len(s.Picks) > 0 {
			pick = s.Picks[r.IntN(len(s.Picks))]
		}
		fill := strings.NewReplacer("{{n}}", fmt.Sprint(keyCount.Add(1)), "{{token}}", s.Tokens[i%len(s.Tokens)], "{{user}}", user, "{{pick}}", pick)
		var headers []string
		for name, value := range s.Headers {
			if s.peerAction.Body == "" || name != "Content-Type" { // request adds it
				headers = append(headers, name+": "+fill.Replace(value))
			}
		}
		request(buf, s.Method, fill.Replace(s.Path), fill.Replace(s.peerAction.Body), headers...)
		return want(s.Expect)
	}
}
