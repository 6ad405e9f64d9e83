package verify

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	xtlog "golang.org/x/mod/sumdb/tlog"

	"gongzhi/internal/act"
	"gongzhi/internal/tlog"
)

// Receipt is the proof of one submission: a file that its holder keeps. With Act and Sealed, which only who acted is
// given, it shows what was said too.
type Receipt struct {
	Submission string       `json:"submission"`
	Matter     act.Matter   `json:"matter"`
	Checkpoint string       `json:"checkpoint"`
	Key        string       `json:"key"`
	Acts       []ReceiptAct `json:"acts"`
}

// ReceiptAct is one act that the submission led to.
type ReceiptAct struct {
	Index  int64    `json:"index"`
	Leaf   string   `json:"leaf"`
	Path   []string `json:"path"` // hex, from the leaf up
	Act    string   `json:"act,omitempty"`
	Sealed []Value  `json:"sealed,omitempty"`
}

// Value is what was sealed, with the salt that opens its commitment.
type Value struct {
	Field string `json:"field"`
	Salt  string `json:"salt"`
	Value string `json:"value"`
}

// CheckReceipt proves a receipt offline. key is what the reader trusts; empty is the receipt's own, which proves less. It
// gives the checkpoint that the acts are in, and says the first thing that is wrong.
func CheckReceipt(raw []byte, key string) (Receipt, tlog.Checkpoint, error) {
	var r Receipt
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, tlog.Checkpoint{}, fmt.Errorf("verify: receipt: %w", err)
	}
	if key == "" {
		key = r.Key
	}
	k, err := note.NewVerifier(key)
	if err != nil {
		return r, tlog.Checkpoint{}, fmt.Errorf("verify: key: %w", err)
	}
	c, _, err := tlog.OpenCheckpoint([]byte(r.Checkpoint), k)
	if err != nil {
		return r, c, err
	}
	if len(r.Acts) == 0 {
		return r, c, errors.New("verify: the receipt holds no act")
	}
	for _, a := range r.Acts {
		if err := a.check(r, c); err != nil {
			return r, c, err
		}
	}
	return r, c, nil
}

func (a ReceiptAct) check(r Receipt, c tlog.Checkpoint) error {
	var path xtlog.RecordProof
	for _, h := range a.Path {
		raw, err := hex.DecodeString(h)
		if err != nil || len(raw) != xtlog.HashSize {
			return fmt.Errorf("verify: %q is no hash", h)
		}
		path = append(path, xtlog.Hash(raw))
	}
	if a.Index < 0 || a.Index >= c.Size {
		return fmt.Errorf("verify: the log has no entry %d", a.Index)
	}
	if err := xtlog.CheckRecord(path, c.Size, c.Root, a.Index, xtlog.RecordHash([]byte(a.Leaf))); err != nil {
		return fmt.Errorf("verify: entry %d is not in the log: %w", a.Index, err)
	}
	is, _, err := tlog.ReadLeaf([]byte(a.Leaf))
	if err != nil {
		return err
	}
	if is.Matter != r.Matter || is.Submission != r.Submission {
		return fmt.Errorf("verify: entry %d is of another submission", a.Index)
	}
	if a.Act != "" && act.Sum([]byte(a.Act)) != is.Hash {
		return fmt.Errorf("verify: entry %d holds another act than the receipt", a.Index)
	}
	for _, s := range a.Sealed {
		salt, err := hex.DecodeString(s.Salt)
		if err != nil || !slices.Contains(is.Sealed, act.Commit(s.Field, salt, s.Value)) {
			return fmt.Errorf("verify: entry %d: what is said of %s is not what was sealed", a.Index, strings.ToValidUTF8(s.Field, "?"))
		}
	}
	return nil
}
