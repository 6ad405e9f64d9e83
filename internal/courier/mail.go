package courier

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"time"

	"gongzhi/internal/outbox"
	"gongzhi/internal/text"
)

// mailer sends letters by SMTP, one connection for each.
type mailer struct {
	Mail
	origin string
	roots  *x509.CertPool // nil is those of the machine
}

func newMailer(m Mail, origin string) (*mailer, error) {
	out := &mailer{Mail: m, origin: origin}
	if m.CA != "" {
		raw, err := os.ReadFile(m.CA)
		if err != nil {
			return nil, fmt.Errorf("courier: ca: %w", err)
		}
		out.roots = x509.NewCertPool()
		if !out.roots.AppendCertsFromPEM(raw) {
			return nil, fmt.Errorf("courier: ca: %s holds no certificate", m.CA)
		}
	}
	return out, nil
}

func (m *mailer) once() (int, time.Duration) { return 1, 0 }

func (m *mailer) carry(ctx context.Context, list []letter) error {
	for _, l := range list {
		if err := m.send(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// send holds one conversation. What the server says about this letter for good (5xx after MAIL) is permanent; whatever
// it says about us, and any silence, may be otherwise next time.
func (m *mailer) send(ctx context.Context, l letter) error {
	from, err := mail.ParseAddress(m.From)
	if err != nil {
		return fmt.Errorf("courier: from: %w", err)
	}
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return fmt.Errorf("courier: server: %w", err)
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return fmt.Errorf("courier: %w", err)
	}
	// The conversation ends with the context, in whatever line it hangs.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if m.TLS == implicit {
		conn = tls.Client(conn, m.tls(host))
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		_ = conn.Close()
		return fmt.Errorf("courier: greeting: %w", err)
	}
	defer func() { _ = c.Close() }() // after QUIT it is closed already
	if err := c.Hello(hostOf(m.origin)); err != nil {
		return fmt.Errorf("courier: hello: %w", err)
	}
	if m.TLS == "" || m.TLS == startTLS {
		if err := c.StartTLS(m.tls(host)); err != nil {
			return fmt.Errorf("courier: starttls: %w", err)
		}
	}
	if m.User != "" {
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return fmt.Errorf("courier: sign-in: %w", err)
		}
	}
	if err := c.Mail(from.Address); err != nil {
		return fmt.Errorf("courier: sender: %w", err)
	}
	if err := c.Rcpt(l.to); err != nil {
		return settled("recipient", err)
	}
	w, err := c.Data()
	if err != nil {
		return settled("data", err)
	}
	if _, err := io.Copy(w, bytes.NewReader(m.write(from, l))); err != nil {
		return fmt.Errorf("courier: data: %w", err)
	}
	if err := w.Close(); err != nil {
		return settled("data", err)
	}
	_ = c.Quit() // it has the letter; how it says goodbye does not matter
	return nil
}

func (m *mailer) tls(host string) *tls.Config {
	return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: m.roots}
}

// settled makes a final no a permanent one.
func settled(where string, err error) error {
	var said *textproto.Error
	err = fmt.Errorf("courier: %s: %w", where, err)
	if errors.As(err, &said) && said.Code >= 500 {
		return &outbox.Permanent{Err: err}
	}
	return err
}

func hostOf(origin string) string {
	if u, err := url.Parse(origin); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// write is the letter as it stands on the wire: both languages, plain text, and an id that stays.
func (m *mailer) write(from *mail.Address, l letter) []byte {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(from.Address, "@")
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	header("From", from.String())
	header("To", (&mail.Address{Address: l.to}).String())
	header("Subject", mime.BEncoding.Encode("utf-8", l.words[text.ZH]))
	header("Date", time.UnixMicro(l.Made).UTC().Format(time.RFC1123Z))
	header("Message-ID", "<"+l.ID+"@"+domain+">")
	header("Auto-Submitted", "auto-generated")
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "base64")
	b.WriteString("\r\n")
	body := l.words[text.ZH] + "\r\n\r\n" + l.words[text.EN] + "\r\n\r\n" + l.link + "\r\n\r\n-- \r\n" + l.foot[text.ZH] + "\r\n" + l.foot[text.EN] + "\r\n"
	coded := base64.StdEncoding.EncodeToString([]byte(body))
	for len(coded) > 76 {
		b.WriteString(coded[:76] + "\r\n")
		coded = coded[76:]
	}
	b.WriteString(coded + "\r\n")
	return b.Bytes()
}
