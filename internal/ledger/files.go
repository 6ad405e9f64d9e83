package ledger

import (
	"context"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/store"
)

// FileUse is one answer that names a file. Field is that of the sealed answer, "" where the public body names it.
type FileUse struct {
	Hash   act.Digest `db:"hash"`
	Matter act.Matter `db:"matter"`
	Seq    int64      `db:"seq"`
	Field  string     `db:"field"`
}

// uses notes the files that a value of an act names.
func (c *Chain) uses(a act.Act, field string, value []byte) {
	for _, hash := range act.FilesIn(value) {
		c.files = append(c.files, FileUse{hash, a.Matter, a.Seq, field})
	}
}

func (c *Chain) nameFiles(ctx context.Context, tx *store.Tx) error {
	for _, u := range c.files {
		if err := store.Later(ctx, tx, nameFile, int64(c.ledger.tenant), string(u.Hash), int64(u.Matter), u.Seq, u.Field); err != nil {
			return fmt.Errorf("ledger: files of matter %d, act %d: %w", u.Matter, u.Seq, err)
		}
	}
	return nil
}

// FileUses are the answers that name a file, oldest matter first.
func (l *Ledger) FileUses(ctx context.Context, q store.Q, hash act.Digest) ([]FileUse, error) {
	return store.Select[FileUse](ctx, q, fileUses, int64(l.tenant), string(hash))
}

// FilesNamed are the public answers of a matter that name files, in their order, at most so many.
func (l *Ledger) FilesNamed(ctx context.Context, q store.Q, matter act.Matter, limit int) ([]FileUse, error) {
	return store.Select[FileUse](ctx, q, filesNamed, int64(l.tenant), int64(matter), limit)
}

// unname forgets which files an erased value named, and gives those that nothing names any more.
func (l *Ledger) unname(ctx context.Context, tx *store.Tx, of FileUse) ([]act.Digest, error) {
	named, err := store.Select[string](ctx, tx, filesOf, int64(l.tenant), int64(of.Matter), of.Seq, of.Field)
	if err != nil || len(named) == 0 {
		return nil, err
	}
	if _, err := store.Exec(ctx, tx, unnameFiles, int64(l.tenant), int64(of.Matter), of.Seq, of.Field); err != nil {
		return nil, err
	}
	var gone []act.Digest
	for _, hash := range named {
		left, err := l.FileUses(ctx, tx, act.Digest(hash))
		if err != nil {
			return nil, err
		}
		if len(left) == 0 {
			gone = append(gone, act.Digest(hash))
		}
	}
	return gone, nil
}
