package tlog

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/vault"
)

// Checkpoint is what is signed: so many leaves, and the root over them.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

// Hex is the root in lower-case hex.
func (c Checkpoint) Hex() string { return hex.EncodeToString(c.Root[:]) }

// String is the text that is signed, as C2SP tlog-checkpoint writes it.
func (c Checkpoint) String() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// ReadCheckpoint reads the text of a checkpoint without looking at who signed it.
func ReadCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.SplitN(text, "\n", 4)
	if len(lines) < 4 || lines[0] == "" || lines[3] != "" {
		return c, errors.New("tlog: a checkpoint has three lines: origin, size, root")
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, fmt.Errorf("tlog: %q is no size of a checkpoint", lines[1])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, fmt.Errorf("tlog: %q is no root of a checkpoint", lines[2])
	}
	copy(c.Root[:], root)
	return c, nil
}

// OpenCheckpoint reads a signed checkpoint. It refuses one that none of the keys has signed.
func OpenCheckpoint(signed []byte, keys ...note.Verifier) (Checkpoint, *note.Note, error) {
	n, err := note.Open(signed, note.VerifierList(keys...))
	if err != nil {
		return Checkpoint{}, nil, fmt.Errorf("tlog: checkpoint: %w", err)
	}
	c, err := ReadCheckpoint(n.Text)
	return c, n, err
}

func sign(origin string, size int64, root tlog.Hash, s note.Signer) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: Checkpoint{origin, size, root}.String()}, s)
	if err != nil {
		return nil, fmt.Errorf("tlog: signing: %w", err)
	}
	return signed, nil
}

// Key is what checkpoints are signed with.
type Key struct {
	Signer note.Signer
	Public string // verifier key: name, hash and key, as signed notes write it
}

// LoadKey reads 32 bytes of an Ed25519 seed from a file, and makes them where there is none yet. An origin that ends in
// "/" is completed by eight digits of the key, so that no two logs have the same by accident.
func LoadKey(path, origin string) (Key, error) {
	seed, err := vault.Key(path)
	if err != nil {
		return Key{}, err
	}
	return NewKey(seed, origin)
}

// NewKey makes a key from its seed; see [LoadKey].
func NewKey(seed []byte, origin string) (Key, error) {
	private := ed25519.NewKeyFromSeed(seed)
	public := private.Public().(ed25519.PublicKey)
	if strings.HasSuffix(origin, "/") {
		origin += hex.EncodeToString(public[:4])
	}
	vkey, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return Key{}, fmt.Errorf("tlog: key: %w", err)
	}
	// A signer's key has the same hash as its verifier's, and the seed where that has the public key.
	hash, _, _ := strings.Cut(strings.TrimPrefix(vkey, origin+"+"), "+")
	const ed25519Kind = 1
	signer, err := note.NewSigner("PRIVATE+KEY+" + origin + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{ed25519Kind}, seed...)))
	if err != nil {
		return Key{}, fmt.Errorf("tlog: key: %w", err)
	}
	return Key{signer, vkey}, nil
}

// Handover is the statement by which a key names the one that follows it.
func Handover(next string) string { return "gongzhi log key\n" + next + "\n" }

// HandOver signs that statement with this key.
func (k Key) HandOver(next string) (string, error) {
	signed, err := note.Sign(&note.Note{Text: Handover(next)}, k.Signer)
	if err != nil {
		return "", fmt.Errorf("tlog: handing over: %w", err)
	}
	return string(signed), nil
}

// HandedOver tells whether the key before has named the next.
func HandedOver(before, next, signed string) bool {
	v, err := note.NewVerifier(before)
	if err != nil {
		return false
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	return err == nil && n.Text == Handover(next)
}
