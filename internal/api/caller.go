package api

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/method"
)

// caller is in whose name a request comes; the person is empty for those who bring no token.
type caller struct{ actor method.Actor }

// nobody reads what anyone may read.
var nobody = &caller{}

// trust is how long a token and the mandates of its person are taken as known. Without it every submission would read
// them anew; with it a recalled token or mandate still works for this long.
const trust = 3 * time.Second

// known remembers callers by the digest of their token, for as long as trust. It never holds a token itself.
type known struct {
	mu sync.RWMutex
	by map[string]remembered
}

type remembered struct {
	caller *caller
	until  time.Time
	day    calendar.Date // mandates begin and end with the day
}

// maxKnown bounds the memory; past it all are forgotten and read again.
const maxKnown = 10_000

func newKnown() *known { return &known{by: map[string]remembered{}} }

func (k *known) find(id string, now time.Time) (*caller, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	r, ok := k.by[id]
	if !ok || !now.Before(r.until) || r.day != calendar.DateOf(now) {
		return nil, false
	}
	return r.caller, true
}

func (k *known) keep(id string, c *caller, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.by) >= maxKnown {
		clear(k.by)
	}
	k.by[id] = remembered{c, now.Add(trust), calendar.DateOf(now)}
}

// caller finds out in whose name a request comes. A token that is not good is refused on every route, also where none
// is needed: whoever sends one believes to be somebody.
func (a *API) caller(r *http.Request) (*caller, error) {
	given := r.Header.Get("Authorization")
	if given == "" {
		return nobody, nil
	}
	scheme, token, _ := strings.Cut(given, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, fault.Refuse(fault.SignIn, "api.scheme", fault.Basis{}, nil)
	}
	now := a.Clock.Now()
	id := a.People.TokenID(token)
	if c, ok := a.known.find(id, now); ok {
		return c, nil
	}
	q := a.Store.Read()
	person, ok, err := a.People.TokenPerson(r.Context(), q, token, now)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.Refuse(fault.SignIn, "api.token", fault.Basis{}, nil)
	}
	actor, err := a.People.Actor(r.Context(), q, person, calendar.DateOf(now))
	if err != nil {
		return nil, err
	}
	c := &caller{actor}
	a.known.keep(id, c, now)
	return c, nil
}
