package tlog

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"gongzhi/internal/fault"
	"gongzhi/internal/store"
)

// A witness is somebody outside the office who signs checkpoints that go on from those it signed before. Whoever trusts
// it need not trust the office not to show different people different logs. Its signatures are C2SP cosignatures
// (cosignature/v1): they carry the time, under keys of their own kind.

// cosignatureKind is the byte in a verifier key that tells such a key from one that signs plain notes.
const cosignatureKind = 4

// Witness is a verifier key of a witness. It is a note.Verifier.
type Witness struct {
	vkey, name string
	hash       uint32
	key        ed25519.PublicKey
}

// ReadWitness reads a verifier key "name+hash+base64" of the kind that cosigns.
func ReadWitness(vkey string) (Witness, error) {
	bad := fmt.Errorf("tlog: %q is no key of a witness", vkey)
	name, rest, _ := strings.Cut(vkey, "+")
	hash, encoded, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || name == "" || len(raw) != 1+ed25519.PublicKeySize || raw[0] != cosignatureKind {
		return Witness{}, bad
	}
	w := Witness{vkey: vkey, name: name, key: raw[1:], hash: keyHash(name, raw)}
	if fmt.Sprintf("%08x", w.hash) != hash {
		return Witness{}, bad
	}
	return w, nil
}

func keyHash(name string, key []byte) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return binary.BigEndian.Uint32(sum[:])
}

// WitnessKey is the verifier key of a witness with that name and public key.
func WitnessKey(name string, public ed25519.PublicKey) string {
	raw := append([]byte{cosignatureKind}, public...)
	return fmt.Sprintf("%s+%08x+%s", name, keyHash(name, raw), base64.StdEncoding.EncodeToString(raw))
}

// Cosign is the signature line of a witness under the text of a checkpoint.
func Cosign(name string, key ed25519.PrivateKey, checkpoint string, at time.Time) string {
	public := key.Public().(ed25519.PublicKey)
	raw := binary.BigEndian.AppendUint32(nil, keyHash(name, append([]byte{cosignatureKind}, public...)))
	raw = binary.BigEndian.AppendUint64(raw, uint64(at.Unix()))
	raw = append(raw, ed25519.Sign(key, cosigned(checkpoint, at.Unix()))...)
	return "— " + name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
}

func cosigned(checkpoint string, at int64) []byte {
	return fmt.Appendf(nil, "cosignature/v1\ntime %d\n%s", at, checkpoint)
}

// Key is the verifier key as it was read.
func (w Witness) Key() string { return w.vkey }

// Name is the witness's, as it stands in its lines.
func (w Witness) Name() string { return w.name }

// KeyHash tells keys of one name apart.
func (w Witness) KeyHash() uint32 { return w.hash }

// Verify tells whether the signature is this witness's, over a checkpoint and a time.
func (w Witness) Verify(checkpoint, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	return at < 1<<40 && ed25519.Verify(w.key, cosigned(string(checkpoint), int64(at)), sig[8:])
}

// Witnessed is the newest checkpoint that a witness has signed.
type Witnessed struct {
	Key    string `db:"key"`
	Size   int64  `db:"size"`
	Root   string `db:"root"`
	Line   string `db:"line"`
	Signed int64  `db:"signed"`
}

// Name is the witness's.
func (w Witnessed) Name() string {
	name, _, _ := strings.Cut(w.Key, "+")
	return name
}

// At is when the witness says it signed.
func (w Witnessed) At() time.Time { return time.UnixMicro(w.Signed).UTC() }

// Witnessed lists what witnesses have signed, by name.
func (l *Log) Witnessed(ctx context.Context, q store.Q) ([]Witnessed, error) {
	return store.Select[Witnessed](ctx, q, witnessedRow, int64(l.Tenant))
}

// Cosigned takes a checkpoint of this log with signatures of witnesses under it, and keeps those of the witnesses given.
// It refuses a checkpoint that this log never had, and one that none of them has signed.
func (l *Log) Cosigned(ctx context.Context, signed []byte, witnesses []Witness) (kept []Witnessed, err error) {
	bad := func(code string) error { return fault.Refuse(fault.Invalid, code, fault.Basis{}, nil) }
	known := make([]note.Verifier, len(witnesses))
	for i, w := range witnesses {
		known[i] = w
	}
	n, err := note.Open(signed, note.VerifierList(known...))
	var unsigned *note.UnverifiedNoteError
	var wrong *note.InvalidSignatureError
	switch {
	case errors.As(err, &unsigned):
		return nil, bad("log.no_witness")
	case errors.As(err, &wrong):
		return nil, bad("log.cosignature")
	case err != nil:
		return nil, bad("log.no_checkpoint")
	}
	c, err := ReadCheckpoint(n.Text)
	if _, origin := l.signs(); err != nil || c.Origin != origin {
		return nil, bad("log.no_checkpoint")
	}
	root, there, err := l.RootAt(ctx, l.Store.Read(), c.Size)
	if err != nil {
		return nil, err
	}
	if !there || root != c.Root {
		return nil, bad("log.not_ours")
	}
	for _, sig := range n.Sigs {
		raw, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil {
			return nil, bad("log.cosignature")
		}
		for _, w := range witnesses {
			if w.name == sig.Name && w.hash == sig.Hash {
				at := time.Unix(int64(binary.BigEndian.Uint64(raw[4:])), 0)
				kept = append(kept, Witnessed{w.vkey, c.Size, hex.EncodeToString(root[:]), "— " + sig.Name + " " + sig.Base64 + "\n", at.UnixMicro()})
			}
		}
	}
	return kept, l.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, w := range kept {
			if _, err := store.Exec(ctx, tx, putWitnessed, int64(l.Tenant), w.Key, w.Size, w.Root, w.Line, w.Signed); err != nil {
				return err
			}
		}
		return nil
	})
}

// Checkpoint is the newest signed checkpoint, with the lines of the witnesses that have signed it too. It is empty
// before the first.
func (l *Log) Checkpoint(ctx context.Context, q store.Q) (string, error) {
	t, ok, err := l.Tree(ctx, q)
	if err != nil || !ok {
		return "", err
	}
	list, err := l.Witnessed(ctx, q)
	if err != nil {
		return "", err
	}
	for _, w := range list {
		if w.Size == t.Size && w.Root == t.Root {
			t.Note += w.Line
		}
	}
	return t.Note, nil
}
