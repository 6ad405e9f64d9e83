package courier

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"gongzhi/internal/clock"
	"gongzhi/internal/outbox"
	"gongzhi/internal/text"
)

// errPrivate says that an address lies within our own network, where a name under somebody else's control must not lead.
var errPrivate = errors.New("courier: the address lies in a private network; say private: true if it should")

// reserved are networks beyond what package netip knows as private: shared carrier space, and IPv4 inside IPv6.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("2002::/16"),
}

// public tells whether an address may be posted to without being configured as private.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// client posts. The address is looked at after the name was resolved, so no name leads inside; a redirect is not
// followed, and no proxy of the environment stands between.
func client(private bool) *http.Client {
	d := &net.Dialer{Timeout: 10 * time.Second}
	if !private {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !public(at.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{DialContext: d.DialContext, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 15 * time.Second, MaxIdleConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

const mostAnswer = 64 << 10

// post sends JSON and gives the answer's body. A redirect and a refusal that will not change are permanent.
func post(ctx context.Context, c *http.Client, url string, body []byte, header http.Header) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, &outbox.Permanent{Err: errors.New("courier: the address cannot be used")} // err would quote it, with its key
	}
	r.Header = header
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "Gongzhi")
	res, err := c.Do(r)
	if err != nil {
		return nil, quiet(err)
	}
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, quiet(err)
	}
	switch code := res.StatusCode; {
	case code < 300:
		return answer, nil
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		return nil, fmt.Errorf("courier: answered %s", res.Status)
	default:
		return nil, &outbox.Permanent{Err: fmt.Errorf("courier: answered %s", res.Status)}
	}
}

// quiet takes the address out of an error of package http: it may hold a key, and faults are shown at the desk.
func quiet(err error) error {
	if errors.Is(err, errPrivate) {
		return &outbox.Permanent{Err: errPrivate}
	}
	var wrapped interface{ Timeout() bool }
	if errors.As(err, &wrapped) && wrapped.Timeout() {
		return errors.New("courier: no answer in time")
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Errorf("courier: %w", err)
}

// poster posts one message at a time, signed as Standard Webhooks wants it (webhook-id, -timestamp, -signature), so that
// the receiver knows who sent it, that it is fresh, and whether it has it already.
type poster struct {
	client *http.Client
	clock  clock.Clock
	url    string
	secret string
}

func (p *poster) once() (int, time.Duration) { return 1, 0 }

func (p *poster) post(ctx context.Context, id string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	at := strconv.FormatInt(p.clock.Now().Unix(), 10)
	_, err = post(ctx, p.client, p.url, raw, http.Header{
		"Webhook-Id": {id}, "Webhook-Timestamp": {at}, "Webhook-Signature": {"v1," + sign(p.secret, id+"."+at+"."+string(raw))},
	})
	return err
}

// sign is the base64 of HMAC-SHA-256.
func sign(secret, content string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(content))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// hook tells another system.
type hook struct{ poster }

type hookBody struct {
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	At     string    `json:"at"`
	Matter string    `json:"matter"`
	Title  hookWords `json:"title"`
	Says   hookWords `json:"says"`
	Step   string    `json:"step,omitempty"`
	Due    string    `json:"due,omitempty"`
	Link   string    `json:"link"`
}

type hookWords struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

func (h *hook) carry(ctx context.Context, list []letter) error {
	for _, l := range list {
		b := hookBody{
			ID: l.ID, Kind: l.Kind, At: time.UnixMicro(l.At).UTC().Format(time.RFC3339Nano), Matter: strconv.FormatInt(l.Matter, 10),
			Title: hookWords{l.title[text.ZH], l.title[text.EN]}, Says: hookWords{l.words[text.ZH], l.words[text.EN]}, Step: l.Step, Link: l.link,
		}
		if due := l.due(); !due.IsZero() {
			b.Due = due.UTC().Format(time.RFC3339Nano)
		}
		if err := h.post(ctx, l.ID, b); err != nil {
			return err
		}
	}
	return nil
}

// sms hands a short message to the adapter.
type sms struct{ poster }

func (s *sms) carry(ctx context.Context, list []letter) error {
	for _, l := range list {
		body := struct {
			ID    string `json:"id"`
			Phone string `json:"phone"`
			Text  string `json:"text"`
		}{l.ID, l.to, l.words[text.ZH] + " " + l.link}
		if err := s.post(ctx, l.ID, body); err != nil {
			return err
		}
	}
	return nil
}
