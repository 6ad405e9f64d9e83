package act

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// FilesIn finds the files that a body, or a sealed answer, names: objects with a digest and a name, at any depth. Each is
// given once, in the order of the digests.
func FilesIn(raw []byte) []Digest {
	if !bytes.Contains(raw, []byte(`"hash"`)) { // which nearly every act is done with
		return nil
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	var out []Digest
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			if h, ok := v["hash"].(string); ok && Digest(h).Valid() && v["name"] != nil {
				out = append(out, Digest(h))
			}
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(v)
	slices.Sort(out)
	return slices.Compact(out)
}

// Valid tells whether a digest has the form of one.
func (d Digest) Valid() bool {
	raw, err := hex.DecodeString(string(d))
	return err == nil && len(raw) == 32 && hex.EncodeToString(raw) == string(d)
}
