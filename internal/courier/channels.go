package courier

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"regexp"
	"slices"
	"time"

	"gongzhi/internal/outbox"
	"gongzhi/internal/source"
)

// Channels are the ways out of the house, as a file of the operator says. It holds secrets and lies beside the data, not
// among the charters.
type Channels struct {
	Email  *Mail   `yaml:"email,omitempty"`
	SMS    *SMS    `yaml:"sms,omitempty"`
	Hooks  []Hook  `yaml:"webhooks,omitempty"`
	Robots []Robot `yaml:"robots,omitempty"`
}

// Mail is a server that takes letters.
type Mail struct {
	Server   string `yaml:"server"`         // host:port
	TLS      string `yaml:"tls,omitempty"`  // starttls (default), implicit, or none
	CA       string `yaml:"ca,omitempty"`   // file with the certificate of whoever vouches for the server, where it is our own
	From     string `yaml:"from"`           // "林山寨街道 <no-reply@gongzhi.example>"
	User     string `yaml:"user,omitempty"` // signs in where it is given
	Password string `yaml:"password,omitempty"`
}

// SMS is an adapter to whatever sends short messages here: it takes a signed POST of id, phone and text.
type SMS struct {
	URL     string `yaml:"url"`
	Secret  string `yaml:"secret"`
	Private bool   `yaml:"private,omitempty"` // it may lie at an address of our own network
}

// Hook is another system that is told.
type Hook struct {
	Name    string   `yaml:"name"`
	URL     string   `yaml:"url"`
	Secret  string   `yaml:"secret"`
	Kinds   []string `yaml:"kinds"`
	Private bool     `yaml:"private,omitempty"`
}

// Robot posts to a chat group of WeCom or DingTalk.
type Robot struct {
	Name    string   `yaml:"name"`
	Kind    string   `yaml:"kind"` // wecom or dingtalk
	URL     string   `yaml:"url"`  // with its key or access_token, as the chat gave it
	Secret  string   `yaml:"secret,omitempty"`
	Kinds   []string `yaml:"kinds"`
	Every   int      `yaml:"every,omitempty"` // seconds between two posts, at least; default 60
	Private bool     `yaml:"private,omitempty"`
}

// Kinds of robots.
const (
	wecom    = "wecom"
	dingtalk = "dingtalk"
)

// leastEvery keeps a robot under the 20 posts a minute that both chats allow.
const leastEvery = 4 * time.Second

func (r Robot) every() time.Duration {
	if r.Every == 0 {
		return time.Minute
	}
	return max(leastEvery, time.Duration(r.Every)*time.Second)
}

// Ways of Mail.TLS.
const (
	startTLS = "starttls"
	implicit = "implicit"
	noTLS    = "none"
)

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// Load reads a file of channels. What is wrong in it is an error that names line and key, never a value: values are
// secrets.
func Load(file string) (Channels, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return Channels{}, fmt.Errorf("courier: %w", err)
	}
	var c Channels
	n, faults := source.Parse(file, raw)
	if len(faults) == 0 {
		faults = n.Decode(&c)
	}
	if len(faults) > 0 {
		return Channels{}, fmt.Errorf("courier: %s %s", faults[0].Place, faults[0].Code)
	}
	return c, c.check(n)
}

func (c Channels) check(n source.Node) error {
	bad := func(why string, path ...any) error { return fmt.Errorf("courier: %s: %s", n.At(path...), why) }
	if m := c.Email; m != nil {
		if _, _, err := net.SplitHostPort(m.Server); err != nil {
			return bad("server must be host:port", "email", "server")
		}
		if _, err := mail.ParseAddress(m.From); err != nil {
			return bad("from must be an address", "email", "from")
		}
		if !slices.Contains([]string{"", startTLS, implicit, noTLS}, m.TLS) {
			return bad("tls must be starttls, implicit or none", "email", "tls")
		}
		if m.TLS == noTLS && m.User != "" {
			return bad("a password is not sent without TLS", "email", "tls")
		}
	}
	if s := c.SMS; s != nil {
		if why := target(s.URL, s.Private); why != "" {
			return bad(why, "sms", "url")
		}
		if len(s.Secret) < leastSecret {
			return bad("secret is missing or too short", "sms", "secret")
		}
	}
	seen := map[string]bool{outbox.Email: true, outbox.SMS: true}
	one := func(list string, i int, name, url string, private bool, kinds []string) error {
		if !nameForm.MatchString(name) || seen[name] {
			return bad("name must be short, in lower case, and stand once", list, i, "name")
		}
		seen[name] = true
		if why := target(url, private); why != "" {
			return bad(why, list, i, "url")
		}
		for _, k := range kinds {
			if !slices.Contains([]string{outbox.Work, outbox.Notice, outbox.Decided}, k) {
				return bad("kinds are work, notice, decided", list, i, "kinds")
			}
		}
		if len(kinds) == 0 {
			return bad("kinds are missing", list, i, "kinds")
		}
		return nil
	}
	for i, h := range c.Hooks {
		if err := one("webhooks", i, h.Name, h.URL, h.Private, h.Kinds); err != nil {
			return err
		}
		if len(h.Secret) < leastSecret {
			return bad("secret is missing or too short", "webhooks", i, "secret")
		}
	}
	for i, r := range c.Robots {
		if err := one("robots", i, r.Name, r.URL, r.Private, r.Kinds); err != nil {
			return err
		}
		if r.Kind != wecom && r.Kind != dingtalk {
			return bad("kind must be wecom or dingtalk", "robots", i, "kind")
		}
	}
	return nil
}

// leastSecret is how short a secret may be; shorter ones can be guessed from one signed message.
const leastSecret = 24

// target says what is wrong with an address that is posted to; "" is nothing.
func target(s string, private bool) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.User != nil:
		return "url must be an address"
	case u.Scheme == "https", u.Scheme == "http" && private:
		return ""
	}
	return "url must begin with https; only an address of our own network (private: true) may do without"
}
