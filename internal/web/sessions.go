package web

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
)

// library is a manager as the library makes it, once: with each comes a store of its own and a goroutine that never ends.
var library = sync.OnceValue(scs.New)

// newSessions is a manager without a store.
func newSessions() *scs.SessionManager {
	m := *library()
	m.Store, m.Codec = nil, sessionCodec{}
	return &m
}

// sessionCodec writes a session as JSON; all its values are text. The library's own codec compiles a decoder anew for each
// request, which took a sixteenth of the time of a page.
type sessionCodec struct{}

type keptSession struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	kept := keptSession{deadline, make(map[string]string, len(values))}
	for key, v := range values {
		s, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("web: %s of a session is %T, want text", key, v)
		}
		kept.Values[key] = s
	}
	return json.Marshal(kept)
}

func (sessionCodec) Decode(raw []byte) (time.Time, map[string]any, error) {
	if len(raw) > 0 && raw[0] != '{' { // begun before this codec; a session lasts a month
		return scs.GobCodec{}.Decode(raw)
	}
	var kept keptSession
	if err := json.Unmarshal(raw, &kept); err != nil {
		return time.Time{}, nil, fmt.Errorf("web: session: %w", err)
	}
	values := make(map[string]any, len(kept.Values))
	for key, s := range kept.Values {
		values[key] = s
	}
	return kept.Deadline, values, nil
}
