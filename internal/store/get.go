package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
)

// Select gives all rows of a query, none as an empty slice.
//
// T is a struct whose fields carry `db:"column"`, or a single value (string, int64, []byte, a pointer or sql.Null
// where the column may be NULL). A column without a field is an error; a field without a column stays zero.
func Select[T any](ctx context.Context, q Q, query *Query, args ...any) ([]T, error) {
	var all []T
	for row, err := range Each[T](ctx, q, query, args...) {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// Get gives the one row of a query, [ErrNotFound] when there is none; more than one is an error, because the query
// then does not say what its caller believes.
func Get[T any](ctx context.Context, q Q, query *Query, args ...any) (T, error) {
	var (
		found T
		n     int
	)
	for row, err := range Each[T](ctx, q, query, args...) {
		if err != nil {
			return *new(T), err
		}
		if n++; n > 1 {
			return *new(T), fmt.Errorf("store: %s: more than one row where one was asked for", query)
		}
		found = row
	}
	if n == 0 {
		return found, fmt.Errorf("store: %s: %w", query, ErrNotFound)
	}
	return found, nil
}

// Each walks the rows without holding them all, for replays and exports. Until the loop ends a connection is held,
// and a Tx or View takes no other query. After an error, which comes last, the walk is over.
func Each[T any](ctx context.Context, q Q, query *Query, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		found, end, err := q.query(ctx, query.text(q.engine()), args...)
		if err != nil {
			yield(*new(T), fmt.Errorf("store: %s: %w", query, err))
			return
		}
		ended := false
		finish := func(err error) error {
			if ended {
				return err
			}
			ended = true
			return end(errors.Join(err, found.Close()))
		}
		defer func() { _ = finish(nil) }() // when the loop's body panics or leaves early
		var row T
		into, err := targets(found, &row)
		for err == nil && found.Next() {
			row = *new(T) // so that no row shares memory with the one before
			if err = found.Scan(into...); err != nil {
				break
			}
			if !yield(row, nil) {
				return
			}
			err = ctx.Err()
		}
		if err == nil {
			err = found.Err()
		}
		if err = finish(err); err != nil {
			yield(*new(T), fmt.Errorf("store: %s: %w", query, err))
		}
	}
}

// Exec runs a statement and gives the number of rows it touched.
func Exec(ctx context.Context, q Q, query *Query, args ...any) (int64, error) {
	n, err := q.exec(ctx, query.text(q.engine()), args...)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", query, err)
	}
	return n, nil
}

// Later runs a statement whose outcome nobody waits for: on PostgreSQL it travels with the next one that is waited for,
// and with the commit at the latest, so that ten of them cost one way to the database and back. A failure fails the
// write as that of any other statement does, but may come to light only then.
func Later(ctx context.Context, tx *Tx, query *Query, args ...any) error {
	if err := tx.later(ctx, query, args); err != nil {
		return fmt.Errorf("store: %s: %w", query, err)
	}
	return nil
}

// Bulk runs a one-row INSERT for each of rows; the statement's columns name the fields of T, and its placeholders
// are $1 to $n in that order. On SQLite it is a loop over one prepared statement, on PostgreSQL a pipeline of them:
// one VALUES list of many rows takes time by the square of its length on SQLite.
func Bulk[T any](ctx context.Context, tx *Tx, query *Query, rows []T) error {
	fields, err := insertFields(query.text(tx.engine()), reflect.TypeFor[T]())
	if err != nil {
		return fmt.Errorf("store: %s: %w", query, err)
	}
	args := func(i int) []any {
		v := reflect.ValueOf(&rows[i]).Elem()
		out := make([]any, len(fields))
		for n, field := range fields {
			out[n] = v.FieldByIndex(field).Interface()
		}
		return out
	}
	if err := tx.bulk(ctx, query.text(tx.engine()), len(rows), args); err != nil {
		return fmt.Errorf("store: %s: %w", query, err)
	}
	return nil
}

// insertFields finds the field of each column an INSERT names.
func insertFields(text string, t reflect.Type) ([][]int, error) {
	tokens := lex(text)
	from := slices.IndexFunc(tokens, func(t token) bool { return t.is("(") })
	to := slices.IndexFunc(tokens, func(t token) bool { return t.is(")") })
	if len(tokens) == 0 || !tokens[0].is("insert") || from < 0 || to < from {
		return nil, errors.New("Bulk needs INSERT INTO table (columns) VALUES ($1, …)")
	}
	byColumn := fieldsOf(t)
	var fields [][]int
	for _, tok := range tokens[from+1 : to] {
		if tok.is(",") {
			continue
		}
		field, ok := byColumn[tok.text]
		if !ok {
			return nil, fmt.Errorf("%s has no field for column %q", t, tok.text)
		}
		fields = append(fields, field)
	}
	var values []string
	for _, tok := range tokens[to:] {
		if tok.kind == 'p' {
			values = append(values, tok.text)
		}
	}
	for i := range fields {
		if i >= len(values) || values[i] != fmt.Sprintf("$%d", i+1) || len(values) > len(fields) {
			return nil, errors.New("Bulk needs one placeholder a column, $1 to $n in their order")
		}
	}
	return fields, nil
}

// targets gives where to scan each column of rows, all inside *row.
func targets[T any](found rows, row *T) ([]any, error) {
	v := reflect.ValueOf(row).Elem()
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() || isScanner(row) {
		return []any{row}, nil
	}
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	byColumn := fieldsOf(v.Type())
	into := make([]any, len(columns))
	for i, column := range columns {
		field, ok := byColumn[column]
		if !ok {
			return nil, fmt.Errorf("%s has no field for column %q", v.Type(), column)
		}
		into[i] = v.FieldByIndex(field).Addr().Interface()
	}
	return into, nil
}

func isScanner(p any) bool {
	_, ok := p.(sql.Scanner)
	return ok
}

var fieldCache sync.Map // reflect.Type → map[string][]int

// fieldsOf maps column names to fields, those of embedded structs included.
func fieldsOf(t reflect.Type) map[string][]int {
	if known, ok := fieldCache.Load(t); ok {
		return known.(map[string][]int)
	}
	byColumn := map[string][]int{}
	if t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if column, ok := f.Tag.Lookup("db"); ok && f.IsExported() {
				byColumn[strings.ToLower(column)] = f.Index
			}
		}
	}
	fieldCache.Store(t, byColumn)
	return byColumn
}
