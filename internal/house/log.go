package house

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
	"gongzhi/internal/tlog"
)

// logKey and witnessList are files in the folder of the keys.
const (
	logKey      = "log.key"
	witnessList = "witnesses"
)

// openLog finds the key of the public log. The first start makes it and records it in the house's own book. A key that
// is missing or another one afterwards is not papered over: nothing is signed, and the queue waits, until the right file
// is back or the key is changed on record.
func (h *House) openLog(ctx context.Context) error {
	given, begun, err := h.LogKey(ctx)
	if err != nil {
		return err
	}
	path := filepath.Join(h.keys, logKey)
	if !begun {
		k, err := tlog.LoadKey(path, "gongzhi/"+h.Charter.Head.Key+"/")
		if err != nil {
			return err
		}
		body := act.KeyGiven{Origin: k.Signer.Name(), Key: k.Public}
		h.PublicLog.SignWith(k)
		return h.Desk.Keep(ctx, act.By{Role: act.HouseItself}, act.LogOpened, "charter.yaml", body, nil, nothing)
	}
	k, name, err := h.keyOf(given)
	if err != nil {
		return err
	}
	if name == "" {
		h.Log.Error("the public log is not signed: its key is not there, or is not the one on record", "file", path, "key", given.Key)
		return nil
	}
	h.PublicLog.SignWith(k)
	if name != path {
		return os.Rename(name, path)
	}
	return nil
}

// keyOf finds the key that an act names, and in which file it lies; the file is empty where it is in none. A change writes
// the new key beside the old one before it is on record, so a process that stopped in between, or runs on, finds it there.
func (h *House) keyOf(given act.KeyGiven) (k tlog.Key, file string, err error) {
	path := filepath.Join(h.keys, logKey)
	for _, name := range []string{path, path + ".new"} {
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if k, err = tlog.LoadKey(name, given.Origin); err != nil {
			return k, "", err
		}
		if k.Public == given.Key {
			return k, name, nil
		}
	}
	return k, "", nil
}

// keyChanged is the key on record for a process that has not changed it itself.
func (h *House) keyChanged(given act.KeyGiven) (tlog.Key, error) {
	k, name, err := h.keyOf(given)
	if err == nil && name == "" {
		err = fmt.Errorf("house: the key of the public log was changed to %s, which is not in %s", given.Key, h.keys)
	}
	return k, err
}

func nothing(context.Context, *store.Tx) error { return nil }

// LogKey is the key that the house's own book names last.
func (h *House) LogKey(ctx context.Context) (given act.KeyGiven, ok bool, err error) {
	for _, kind := range []string{act.LogKey, act.LogOpened} {
		a, ok, err := h.Ledger.LastOfHouse(ctx, h.Store.Read(), kind)
		if err != nil {
			return given, false, err
		}
		if ok {
			return given, true, a.Into(&given)
		}
	}
	return given, false, nil
}

// ChangeLogKey makes a new key for the public log and records it. The key before signs that the new one follows it;
// with lost it cannot, and whoever verifies is told that nothing but the office's word joins the two.
func (h *House) ChangeLogKey(ctx context.Context, by act.By, lost bool) (act.KeyGiven, error) {
	before, _, err := h.LogKey(ctx)
	if err != nil {
		return act.KeyGiven{}, err
	}
	path := filepath.Join(h.keys, logKey)
	seed := make([]byte, 32)
	if _, err := rand.Read(seed); err != nil {
		return act.KeyGiven{}, fmt.Errorf("house: %w", err)
	}
	k, err := tlog.NewKey(seed, before.Origin)
	if err != nil {
		return act.KeyGiven{}, err
	}
	body := act.KeyGiven{Origin: before.Origin, Key: k.Public, Before: before.Key}
	if !lost {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // loading it would make another
			return body, fault.Refuse(fault.NotFound, "log.key_lost", fault.Basis{}, fault.Args{"File": path})
		}
		signer, err := tlog.LoadKey(path, before.Origin)
		if err != nil {
			return body, err
		}
		if signer.Public != before.Key {
			return body, fault.Refuse(fault.NotFound, "log.key_lost", fault.Basis{}, fault.Args{"File": path})
		}
		if body.Signed, err = signer.HandOver(k.Public); err != nil {
			return body, err
		}
	}
	if err := keep(path+".new", seed); err != nil {
		return body, err
	}
	if err := h.Desk.Keep(ctx, by, act.LogKey, "charter.yaml", body, nil, nothing); err != nil {
		return body, err
	}
	h.PublicLog.SignWith(k)
	return body, os.Rename(path+".new", path)
}

// keep writes a key file that nobody else may read, and has it on disk.
func keep(path string, seed []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("house: %w", err)
	}
	_, werr := f.WriteString(base64.StdEncoding.EncodeToString(seed) + "\n")
	if err := errors.Join(werr, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("house: %w", err)
	}
	return nil
}

// Witnesses are the keys of those whose signatures under checkpoints are taken: one a line, in a file beside the keys.
func (h *House) Witnesses() ([]tlog.Witness, error) {
	raw, err := os.ReadFile(filepath.Join(h.keys, witnessList))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("house: %w", err)
	}
	var out []tlog.Witness
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		w, err := tlog.ReadWitness(line)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// AddWitness has the signatures of a witness taken from now on.
func (h *House) AddWitness(vkey string) error {
	if _, err := tlog.ReadWitness(vkey); err != nil {
		return fault.Refuse(fault.Invalid, "log.witness_key", fault.Basis{}, fault.Args{"Key": vkey})
	}
	known, err := h.Witnesses()
	if err != nil {
		return err
	}
	for _, w := range known {
		if w.Key() == vkey {
			return nil
		}
	}
	f, err := os.OpenFile(filepath.Join(h.keys, witnessList), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("house: %w", err)
	}
	_, werr := f.WriteString(vkey + "\n")
	return errors.Join(werr, f.Close())
}
