// Package courier carries messages out of the house: by e-mail, by SMS, to webhooks and to the robots of office chats.
//
// In: what the outbox holds, and a file that says where to and with which secrets. Out: letters on their way, each under
// the id it keeps however often it is sent, and for each message what became of it. A channel that hangs or refuses
// stops no other. It decides nothing and looks at nothing but the matter's public title.
package courier

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/charter"
	"gongzhi/internal/clock"
	"gongzhi/internal/docket"
	"gongzhi/internal/outbox"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// Config says whose messages are carried, and how.
type Config struct {
	Outbox   *outbox.Outbox          // required
	Store    *store.DB               // required
	Docket   *docket.Docket          // required
	Charter  func() *charter.Charter // required: the version in force
	Clock    clock.Clock             // required
	Origin   string                  // required: "https://gongzhi.example", before the addresses in letters
	Channels Channels
	Log      *slog.Logger  // default discards
	Look     time.Duration // how long at most until looking again; default 15 s
	Patience time.Duration // for one try, everything included; default 2 min, and it must be shorter than a message's lease
}

// Courier carries messages. Several processes may each have one on the same database.
type Courier struct {
	Config
	carriers map[string]carrier
}

// carrier is one way out.
type carrier interface {
	// carry sends letters that were taken together, all or none.
	carry(ctx context.Context, list []letter) error
	// once is how many letters go together, and pause how long to wait after.
	once() (letters int, pause time.Duration)
}

const (
	look     = 15 * time.Second
	sweeping = 6 * time.Hour
	patience = 2 * time.Minute
)

// New makes a courier and has the outbox follow for its hooks and robots. It opens no connection. It refuses a
// certificate that cannot be read.
func New(c Config) (*Courier, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Look == 0 {
		c.Look = look
	}
	if c.Patience == 0 {
		c.Patience = patience
	}
	k := &Courier{Config: c, carriers: map[string]carrier{}}
	if m := c.Channels.Email; m != nil {
		mailer, err := newMailer(*m, c.Origin)
		if err != nil {
			return nil, err
		}
		k.carriers[outbox.Email] = mailer
	}
	if s := c.Channels.SMS; s != nil {
		k.carriers[outbox.SMS] = &sms{poster{client: client(s.Private), clock: c.Clock, url: s.URL, secret: s.Secret}}
	}
	for _, h := range c.Channels.Hooks {
		k.carriers[h.Name] = &hook{poster{client: client(h.Private), clock: c.Clock, url: h.URL, secret: h.Secret}}
		c.Outbox.Connect(outbox.Target{Name: h.Name, Kinds: h.Kinds})
	}
	for _, r := range c.Channels.Robots {
		k.carriers[r.Name] = &robot{Robot: r, client: client(r.Private), clock: c.Clock}
		c.Outbox.Connect(outbox.Target{Name: r.Name, Kinds: r.Kinds})
	}
	return k, nil
}

// Run spreads events and carries messages until the context ends. It returns nil then; what goes wrong meanwhile is
// logged, noted at the message and tried again.
func (k *Courier) Run(ctx context.Context) error {
	var all sync.WaitGroup
	wakes := make(map[string]chan struct{}, len(k.carriers))
	for name := range k.carriers {
		wake := make(chan struct{}, 1)
		wakes[name] = wake
		all.Go(func() {
			for wait(ctx, wake, k.Look) {
				k.drain(ctx, name)
			}
		})
	}
	swept := k.Clock.Now()
	for wait(ctx, k.Outbox.Wake(), k.Look) {
		k.spread(ctx)
		for _, wake := range wakes {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
		if now := k.Clock.Now(); now.Sub(swept) > sweeping {
			swept = now
			if err := k.Outbox.Sweep(ctx, k.Store); err != nil && ctx.Err() == nil {
				k.Log.Error("courier: what was sent long ago could not be forgotten", "err", err)
			}
		}
	}
	all.Wait()
	return nil
}

// wait gives false when the context has ended.
func wait(ctx context.Context, wake <-chan struct{}, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return ctx.Err() == nil
}

func (k *Courier) spread(ctx context.Context) {
	for ctx.Err() == nil {
		n, err := k.Outbox.Spread(ctx, k.Store)
		if err != nil && ctx.Err() == nil {
			k.Log.Error("courier: events could not be spread", "err", err)
		}
		if err != nil || n == 0 {
			return
		}
	}
}

// drain carries what waits in one channel.
func (k *Courier) drain(ctx context.Context, name string) {
	for ctx.Err() == nil {
		n, err := k.Carry(ctx, name)
		if err != nil && ctx.Err() == nil {
			k.Log.Warn("courier: not carried; it will be tried again or is shown at the desk", "channel", name, "messages", n, "err", err)
		}
		if n == 0 {
			return
		}
		if _, pause := k.carriers[name].once(); pause > 0 && !wait(ctx, nil, pause) {
			return
		}
	}
}

// Carry takes what waits in one channel, as much as goes at once, and sends it. It gives how many were taken; the error
// says why they did not go, and is noted at each.
func (k *Courier) Carry(ctx context.Context, name string) (int, error) {
	c, ok := k.carriers[name]
	if !ok {
		return 0, fmt.Errorf("courier: no channel %q is configured", name)
	}
	most, _ := c.once()
	list, err := k.Outbox.Take(ctx, k.Store, name, most)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	trying, cancel := context.WithTimeout(ctx, k.Patience)
	defer cancel()
	letters, err := k.letters(trying, list)
	if err == nil {
		err = c.carry(trying, letters)
	}
	if ctx.Err() != nil {
		return len(list), ctx.Err() // stopping: whether it went is not known, so it stays taken until its lease ends
	}
	if settled := k.Outbox.Settle(ctx, k.Store, list, err); settled != nil {
		return len(list), settled
	}
	return len(list), err
}

// letter is a message in words, with the address it goes to.
type letter struct {
	outbox.Message
	to    string
	words map[text.Lang]string
	title map[text.Lang]string // of the matter
	link  string
	foot  map[text.Lang]string // how to stop it
}

func (k *Courier) letters(ctx context.Context, list []outbox.Message) ([]letter, error) {
	out := make([]letter, len(list))
	c, q := k.Charter(), k.Store.Read()
	for i, m := range list {
		row, ok, err := k.Docket.Find(ctx, q, act.Matter(m.Matter))
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fmt.Errorf("courier: the docket has no matter %d", m.Matter)
		}
		l := letter{
			Message: m, words: map[text.Lang]string{}, title: map[text.Lang]string{text.ZH: row.TitleZH, text.EN: row.TitleEN},
			link: fmt.Sprintf("%s/matters/%d", k.Origin, m.Matter), foot: map[text.Lang]string{},
		}
		for _, lang := range text.Langs {
			l.words[lang] = c.Texts.Say(lang, outbox.Say(c, row, m.Kind, m.Step, m.Due))
			l.foot[lang] = c.Texts.Say(lang, text.Key("outbox.foot", "Place", c.Head.Name, "Link", k.Origin+"/me/notifications"))
		}
		if m.Person != "" {
			p, err := k.Outbox.Preference(ctx, q, m.Person)
			if err != nil {
				return nil, err
			}
			if p.Channel != m.Channel {
				return nil, &outbox.Permanent{Err: fmt.Errorf("courier: no longer wanted this way")}
			}
			l.to = p.Address
		}
		out[i] = l
	}
	return out, nil
}
