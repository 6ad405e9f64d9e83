package tlog

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/gowebpki/jcs"

	"gongzhi/internal/act"
)

// Why an act is in its leaf without its body.
const (
	Withheld = "withheld" // what one household answered is not public
	Large    = "large"    // an entry has at most 65,535 bytes; the act lies beside the log, under its hash
)

// largest is the most bytes of an act that stands in its leaf whole.
const largest = 32 << 10

// short is a leaf without the act's body. Its hash stands for what is left out.
type short struct {
	act.Act
	Body *struct{}  `json:"body,omitempty"` // in front of the act's own
	Hash act.Digest `json:"hash"`
	Left string     `json:"left_out"`
}

// Leaf gives the public bytes of an act: its canonical bytes, whose SHA-256 is its hash, or where those may or can not
// stand in a leaf, everything but its body together with that hash.
func Leaf(a act.Act) ([]byte, error) {
	left := ""
	raw, err := a.Canonical()
	switch {
	case err != nil:
		return nil, err
	case a.Withheld():
		left = Withheld
	case len(raw) > largest:
		left = Large
	default:
		return raw, nil
	}
	return leafAs(a, left)
}

// IsLarge tells whether an act is public but stands in its leaf without its body.
func IsLarge(a act.Act) bool {
	raw, err := a.Canonical()
	return err == nil && !a.Withheld() && len(raw) > largest
}

// ReadLeaf gives the act of a leaf, and why its body is left out, if it is; then Hash is what the leaf says it is. It
// refuses bytes that are not exactly those that Leaf writes: one act has one leaf.
func ReadLeaf(raw []byte) (a act.Act, left string, err error) {
	var s short
	d := json.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&s); err != nil {
		return a, "", fmt.Errorf("tlog: leaf: %w", err)
	}
	if a = s.Act; s.Left == "" {
		if err := json.Unmarshal(raw, &a); err != nil { // again, with its body
			return a, "", fmt.Errorf("tlog: leaf: %w", err)
		}
		a.Hash = act.Sum(raw)
	} else {
		a.Hash = s.Hash
	}
	again, err := leafAs(a, s.Left)
	if err != nil {
		return a, "", err
	}
	if !bytes.Equal(again, raw) {
		return a, "", fmt.Errorf("tlog: the leaf of act %d of matter %d is not in canonical form", a.Seq, a.Matter)
	}
	return a, s.Left, nil
}

func leafAs(a act.Act, left string) ([]byte, error) {
	if left == "" {
		return a.Canonical()
	}
	raw, err := json.Marshal(short{Act: a, Hash: a.Hash, Left: left})
	if err != nil {
		return nil, fmt.Errorf("tlog: leaf: %w", err)
	}
	return jcs.Transform(raw)
}
