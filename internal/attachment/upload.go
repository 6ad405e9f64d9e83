package attachment

import (
	"context"
	"errors"
	"io"

	"gongzhi/internal/act"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

var (
	addUpload = queries.Get("add-upload")
	sentBy    = queries.Get("sent-by")
)

// Take is Put, and remembers who sent the file. Until an answer of theirs names it, nobody else may; afterwards it is read
// where that answer is.
func (f *Files) Take(ctx context.Context, db *store.DB, who act.Person, name string, r io.Reader) (step.File, error) {
	return f.put(ctx, db, who, name, r, types)
}

// SentBy tells whether somebody has sent a file themselves. Nobody, "", has sent nothing.
func (f *Files) SentBy(ctx context.Context, q store.Q, hash act.Digest, who act.Person) (bool, error) {
	_, err := store.Get[string](ctx, q, sentBy, f.tenant, string(hash), string(who))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
