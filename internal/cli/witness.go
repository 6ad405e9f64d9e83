package cli

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"gongzhi/internal/clock"
	"gongzhi/internal/text"
	"gongzhi/internal/tlog"
	"gongzhi/internal/vault"
)

// witness is one round of somebody outside who keeps an eye on a log: fetch its checkpoint, make sure that it goes on from
// the one that was signed last, sign it, and send the signature back. What it knows lies in a folder of its own: its key,
// and the last checkpoint. A checkpoint that does not go on is kept there beside the other: the two are the proof.
func witness(c *call) int {
	flags := flag.NewFlagSet("witness", flag.ContinueOnError)
	w := watcher{call: c, ctx: context.Background()}
	flags.StringVar(&w.dir, "dir", "witness", "")
	flags.StringVar(&w.name, "name", "", "")
	key := flags.String("key", "", "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if len(words) != 1 || w.name == "" || strings.ContainsAny(w.name, "+ \t\n") {
		return c.refuse(text.Key("cli.witness.usage"))
	}
	w.url = strings.TrimSuffix(words[0], "/") + "/log/"
	seed, err := vault.Key(filepath.Join(w.dir, "witness.key"))
	if err != nil {
		return c.refuse(text.Key("cli.witness.failed", "Why", err.Error()))
	}
	w.key = ed25519.NewKeyFromSeed(seed)
	if *key == "" { // to be told to the office before anything is signed
		fmt.Fprintln(c.out, c.say(text.Key("cli.witness.mine", "Key", w.public())))
		return ok
	}
	log, err := note.NewVerifier(*key)
	if err != nil {
		return c.refuse(text.Key("cli.witness.failed", "Why", err.Error()))
	}
	now, err := w.round(log)
	switch {
	case errors.Is(err, tlog.ErrForked):
		fmt.Fprintln(c.out, c.say(text.Key("cli.witness.forked", "Dir", w.dir)))
		return no
	case err != nil:
		return c.refuse(text.Key("cli.witness.failed", "Why", err.Error()))
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.witness.signed", "Size", now.Size, "Root", now.Hex())))
	return ok
}

type watcher struct {
	*call
	ctx  context.Context
	dir  string
	name string
	url  string
	key  ed25519.PrivateKey
}

func (w *watcher) public() string {
	return tlog.WitnessKey(w.name, w.key.Public().(ed25519.PublicKey))
}

// round looks at the newest checkpoint and signs it. What was signed is on disk before it is sent: a witness must never
// sign two logs because it forgot one.
func (w *watcher) round(log note.Verifier) (tlog.Checkpoint, error) {
	last := filepath.Join(w.dir, "checkpoint")
	var before *tlog.Checkpoint
	switch kept, err := os.ReadFile(last); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return tlog.Checkpoint{}, err
	default:
		text, _, _ := strings.Cut(string(kept), "\n\n")
		was, err := tlog.ReadCheckpoint(text + "\n")
		if err != nil {
			return was, err
		}
		if was.Origin != log.Name() {
			return was, fmt.Errorf("%s is of %s", last, was.Origin)
		}
		before = &was
	}
	signed, err := w.ask(http.MethodGet, "checkpoint", nil)
	if err != nil {
		return tlog.Checkpoint{}, err
	}
	now, err := tlog.GoesOn(signed, log, before, func(path string) ([]byte, error) { return w.ask(http.MethodGet, path, nil) })
	if errors.Is(err, tlog.ErrForked) {
		return now, errors.Join(err, os.WriteFile(filepath.Join(w.dir, "forked"), signed, 0o600))
	}
	if err != nil {
		return now, err
	}
	cosigned := now.String() + "\n" + tlog.Cosign(w.name, w.key, now.String(), clock.System.Now())
	if err := os.WriteFile(last+".new", signed, 0o600); err != nil {
		return now, err
	}
	if err := os.Rename(last+".new", last); err != nil {
		return now, err
	}
	_, err = w.ask(http.MethodPost, "cosignatures", []byte(cosigned))
	return now, err
}

// ask fetches or sends a file of the log. A tile has at most 256 hashes; nothing there is large.
func (w *watcher) ask(method, path string, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(w.ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	const most = 1 << 20
	raw, err := io.ReadAll(io.LimitReader(answer.Body, most))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%s%s: %s", w.url, path, answer.Status)
	}
	return raw, nil
}
