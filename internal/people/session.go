package people

import (
	"context"
	"errors"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/store"
)

// Sessions keeps signed-in browsers for package scs. It satisfies scs.CtxStore; the methods without a context are
// never called then, but the interface wants them.
type Sessions struct {
	people *People
	db     *store.DB
	clock  clock.Clock
}

// Sessions gives the store of sessions.
func (p *People) Sessions(db *store.DB, c clock.Clock) *Sessions { return &Sessions{p, db, c} }

func tokenDigest(token string) string { return string(act.Sum([]byte(token))) }

// FindCtx gives the data of a session that has not expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	data, err := store.Get[[]byte](ctx, s.db.Read(), findSession, s.people.tenant, tokenDigest(token), s.clock.Now().UnixMicro())
	if errors.Is(err, store.ErrNotFound) {
		return nil, false, nil
	}
	return data, err == nil, err
}

// CommitCtx keeps a session.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, putSession, s.people.tenant, tokenDigest(token), data, expires.UnixMicro())
		return err
	})
}

// DeleteCtx forgets a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, dropSession, s.people.tenant, tokenDigest(token))
		return err
	})
}

// Sweep forgets sessions that have expired.
func (s *Sessions) Sweep(ctx context.Context) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, sweepSessions, s.people.tenant, tx.Now().UnixMicro())
		return err
	})
}

func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s *Sessions) Commit(token string, data []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expires)
}

func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
