package book

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gongzhi/internal/act"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
)

// wordRow is a line of register_word.
type wordRow struct {
	Tenant   int64          `db:"tenant"`
	Word     string         `db:"word"`
	Register string         `db:"register"`
	Path     string         `db:"path"`
	Reach    register.Reach `db:"reach"`
}

// wordsOf are the words of a row as it stands with these values. Among them is one by which the book finds rows that
// are the same; since such fields may be personal it is made under the key.
func (b *Book) wordsOf(tenant act.Tenant, schema *register.Schema, parent act.RowID, values map[string]any) map[string]register.Reach {
	words := schema.Words(values)
	words[b.sameWord(tenant, schema, parent, values)] = register.ToBook
	return words
}

func (b *Book) sameWord(tenant act.Tenant, schema *register.Schema, parent act.RowID, values map[string]any) string {
	return "=" + b.vault.Index(fmt.Sprintf("%d/same", tenant), schema.Sameness(parent, values))
}

// reword changes the words of a row from what it was to what it is; before and after are nil where it did not stand.
func (w *writer) reword(schema *register.Schema, id act.RowID, from, to spot, before, after map[string]any) {
	old, now := map[string]register.Reach{}, map[string]register.Reach{}
	if before != nil {
		old = w.b.wordsOf(w.tenant, schema, from.parent, before)
	}
	if after != nil {
		now = w.b.wordsOf(w.tenant, schema, to.parent, after)
	}
	for word := range old {
		if _, stays := now[word]; !stays || from.path != to.path {
			w.dropped = append(w.dropped, wordRow{int64(w.tenant), word, id.Register, from.path, 0})
		}
	}
	for word, reach := range now {
		if had, known := old[word]; !known || had != reach || from.path != to.path {
			w.words = append(w.words, wordRow{int64(w.tenant), word, id.Register, to.path, reach})
		}
	}
}

// spot is where a row lies.
type spot struct {
	parent act.RowID
	path   string
}

// indexBatch is how many rows are read at a time when all words are made anew.
const indexBatch = 1000

// Index makes the words of all rows anew where they were made by another charter, or never. It costs a walk over every
// row then, and one question otherwise.
func (b *Book) Index(ctx context.Context, tx *store.Tx, tenant act.Tenant, schemas *register.Schemas) error {
	digest, err := fingerprint(schemas)
	if err != nil {
		return err
	}
	had, err := store.Get[string](ctx, tx, indexed, tenant)
	if err == nil && had == digest {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := b.Turn(ctx, tx, tenant); err != nil { // words that were written in pieces go, too
		return err
	}
	if _, err := store.Exec(ctx, tx, dropWords, tenant); err != nil {
		return err
	}
	for _, schema := range schemas.All() {
		if err := b.index(ctx, tx, tenant, schemas, schema); err != nil {
			return err
		}
	}
	_, err = store.Exec(ctx, tx, markIndexed, tenant, digest)
	return err
}

func (b *Book) index(ctx context.Context, tx *store.Tx, tenant act.Tenant, schemas *register.Schemas, schema *register.Schema) error {
	for after := ""; ; {
		rows, err := store.Select[stored](ctx, tx, lastPage, tenant, schema.Key, after, indexBatch)
		if err != nil {
			return err
		}
		w := writer{b: b, tenant: tenant, schemas: schemas}
		for _, s := range rows {
			open, err := s.decode()
			if err != nil {
				return err
			}
			values, err := b.all(tenant, s)
			if err != nil {
				return err
			}
			at := spot{path: s.Path}
			if open.Parent != nil {
				at.parent = *open.Parent
			}
			w.reword(schema, s.row(), at, at, nil, values)
			for i := range schema.Fields { // a field may have been declared for look-up since
				if f := &schema.Fields[i]; f.Lookup {
					if v, ok := values[f.Key].(string); ok {
						w.blinds = append(w.blinds, blindRow{
							Tenant: int64(tenant), Register: s.Register, Field: f.Key, Blind: b.blind(tenant, s.Register, f.Key, v), ID: s.ID, Version: s.Version,
						})
					}
				}
			}
			after = s.Path
		}
		if err := store.Bulk(ctx, tx, writeWord, w.words); err != nil {
			return err
		}
		if err := store.Bulk(ctx, tx, writeBlind, w.blinds); err != nil {
			return err
		}
		if len(rows) < indexBatch {
			return nil
		}
	}
}

// wordsVersion changes when words are made in another way.
const wordsVersion = 1

// fingerprint is over everything in the registers that words follow from.
func fingerprint(schemas *register.Schemas) (string, error) {
	type field struct {
		Key      string
		Type     register.Type
		Audience register.Audience
		Personal bool
		Lookup   bool
		Options  []register.Option
	}
	type one struct {
		Key, Title string
		Same       []string
		Fields     []field
	}
	var all []one
	for _, s := range schemas.All() {
		x := one{Key: s.Key, Title: s.Title, Same: s.Same}
		for _, f := range s.Fields {
			x.Fields = append(x.Fields, field{f.Key, f.Type, f.Audience, f.Personal, f.Lookup, f.Options})
		}
		all = append(all, x)
	}
	raw, err := json.Marshal([]any{wordsVersion, all})
	if err != nil {
		return "", fmt.Errorf("book: %w", err)
	}
	return string(act.Sum(raw)), nil
}
