package store

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The driver opens, sets up and closes every SQLite connection. Statements go past it, and past database/sql, to the
// same library beneath: both look at the name and the declared type of every column, and at every parameter by name,
// each time a statement runs, which was a quarter of what a submission costs. A session's statements live as long as it
// does and never change, so that is looked at once.

// handle is SQLite's own connection beneath the driver's. It serves one goroutine at a time, as the session does.
type handle struct {
	tls *libc.TLS
	db  uintptr
}

// handleOf reads the handle from the driver's connection, which has no option for what is done with it here. If a later
// driver keeps it elsewhere, this says so and the store does not open.
func handleOf(conn any) (handle, error) {
	v := reflect.Indirect(reflect.ValueOf(conn))
	if v.Kind() != reflect.Struct {
		return handle{}, fmt.Errorf("driver's connection is a %s", v.Kind())
	}
	db, thread := v.FieldByName("db"), v.FieldByName("tls")
	if !db.IsValid() || db.Kind() != reflect.Uintptr || !thread.IsValid() || thread.Type() != reflect.TypeFor[*libc.TLS]() {
		return handle{}, errors.New("driver's connection has no handle where it had one in modernc.org/sqlite 1.61")
	}
	return handle{(*libc.TLS)(thread.UnsafePointer()), uintptr(db.Uint())}, nil
}

// liteError is what SQLite answers instead of a result.
type liteError struct {
	code int // extended
	text string
}

func (e *liteError) Error() string { return fmt.Sprintf("%s (%d)", e.text, e.code) }

// Code is SQLite's extended result code, as the driver's own errors give it.
func (e *liteError) Code() int { return e.code }

func (h handle) failure(code int32) error {
	return &liteError{int(code), libc.GoString(sqlite3.Xsqlite3_errmsg(h.tls, h.db))}
}

// liteStmt is one prepared statement.
type liteStmt struct {
	handle
	at      uintptr
	params  []int // for each parameter, in SQLite's order, the argument that fills it: $2 is 1
	columns []string
	writes  bool    // it may change something
	memory  uintptr // where texts and blobs lie while the statement runs
	room    int
}

// keptRoom is how much memory a statement keeps for its arguments between two runs.
const keptRoom = 64 << 10

// prepare makes a statement of one SQL sentence.
func (h handle) prepare(text string) (*liteStmt, error) {
	sentence, err := libc.CString(text)
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(h.tls, sentence)
	const pointers = 2 * 8 // what SQLite answers: the statement, and where it stopped reading
	answer := h.tls.Alloc(pointers)
	defer h.tls.Free(pointers)
	if rc := sqlite3.Xsqlite3_prepare_v2(h.tls, h.db, sentence, -1, answer, answer+8); rc != sqlite3.SQLITE_OK {
		return nil, h.failure(rc)
	}
	found := unsafe.Slice(address[uintptr](answer), 2)
	s := &liteStmt{handle: h, at: found[0]}
	if s.at == 0 || *address[byte](found[1]) != 0 {
		return nil, errors.Join(errors.New("a query is one sentence"), s.close())
	}
	s.writes = sqlite3.Xsqlite3_stmt_readonly(h.tls, s.at) == 0
	for i := range sqlite3.Xsqlite3_bind_parameter_count(h.tls, s.at) {
		name := libc.GoString(sqlite3.Xsqlite3_bind_parameter_name(h.tls, s.at, i+1))
		n, err := strconv.Atoi(name[min(1, len(name)):])
		if err != nil || n < 1 {
			return nil, errors.Join(fmt.Errorf("parameter %q: they are named $1, $2 and so on", name), s.close())
		}
		s.params = append(s.params, n-1)
	}
	for i := range sqlite3.Xsqlite3_column_count(h.tls, s.at) {
		s.columns = append(s.columns, libc.GoString(sqlite3.Xsqlite3_column_name(h.tls, s.at, i)))
	}
	return s, nil
}

// address is the Go pointer to memory that SQLite named by its number.
func address[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

func (s *liteStmt) close() error {
	rc := sqlite3.Xsqlite3_finalize(s.tls, s.at)
	sqlite3.Xsqlite3_free(s.tls, s.memory)
	s.at, s.memory, s.room = 0, 0, 0
	if rc != sqlite3.SQLITE_OK {
		return s.failure(rc)
	}
	return nil
}

// bind gives the parameters their values. Texts and blobs are copied to memory that stays until release.
func (s *liteStmt) bind(args []any) error {
	values := make([]any, len(args))
	size := 1 // an empty text is not NULL, and needs a place
	for i, arg := range args {
		v, err := plainValue(arg)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		switch v := v.(type) {
		case string:
			size += len(v)
		case []byte:
			size += len(v)
		}
		values[i] = v
	}
	if size > math.MaxInt32 {
		return &liteError{sqlite3.SQLITE_TOOBIG, "string or blob too big"}
	}
	if size > s.room {
		sqlite3.Xsqlite3_free(s.tls, s.memory)
		if s.room, s.memory = size, sqlite3.Xsqlite3_malloc(s.tls, int32(size)); s.memory == 0 {
			s.room = 0
			return &liteError{sqlite3.SQLITE_NOMEM, "out of memory"}
		}
	}
	used := 0
	place := func(n int) (uintptr, []byte) {
		at := s.memory + uintptr(used)
		used += n
		return at, unsafe.Slice(address[byte](at), n)
	}
	for i, n := range s.params {
		if n >= len(values) {
			return fmt.Errorf("there is no argument for $%d", n+1)
		}
		rc, param := int32(sqlite3.SQLITE_OK), int32(i+1)
		switch v := values[n].(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(s.tls, s.at, param)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(s.tls, s.at, param, v)
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(s.tls, s.at, param, v)
		case string:
			at, memory := place(len(v))
			copy(memory, v)
			rc = sqlite3.Xsqlite3_bind_text(s.tls, s.at, param, at, int32(len(v)), 0)
		case []byte:
			at, memory := place(len(v))
			copy(memory, v)
			rc = sqlite3.Xsqlite3_bind_blob(s.tls, s.at, param, at, int32(len(v)), 0)
		}
		if rc != sqlite3.SQLITE_OK {
			return s.failure(rc)
		}
	}
	return nil
}

// plainValue turns an argument into what SQLite can hold: nil, int64, float64, string or []byte.
func plainValue(arg any) (any, error) {
	switch v := arg.(type) {
	case int64, string:
		return v, nil
	case int:
		return int64(v), nil
	case bool:
		return truth(v), nil
	}
	v, err := driver.DefaultParameterConverter.ConvertValue(arg)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case bool:
		return truth(v), nil
	case []byte:
		if v == nil {
			return nil, nil
		}
	case nil, int64, float64, string:
	default:
		return nil, fmt.Errorf("a %T is kept as an integer or a text of its owner's choice", v)
	}
	return v, nil
}

func truth(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

// step goes to the next row; false is the end.
func (s *liteStmt) step() (bool, error) {
	switch rc := sqlite3.Xsqlite3_step(s.tls, s.at); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, s.failure(rc)
	}
}

// release makes the statement ready for its next run. What went wrong in this one has been told by step.
func (s *liteStmt) release() {
	sqlite3.Xsqlite3_reset(s.tls, s.at)
	sqlite3.Xsqlite3_clear_bindings(s.tls, s.at)
	if s.room > keptRoom {
		sqlite3.Xsqlite3_free(s.tls, s.memory)
		s.memory, s.room = 0, 0
	}
}

// exec runs the statement to its end and gives the number of rows that it, or the last that changed any, touched.
func (s *liteStmt) exec(args []any) (int64, error) {
	defer s.release()
	if err := s.bind(args); err != nil {
		return 0, err
	}
	for {
		more, err := s.step()
		if err != nil {
			return 0, err
		}
		if !more {
			return sqlite3.Xsqlite3_changes64(s.tls, s.db), nil
		}
	}
}

// query starts the statement and stands before its first row.
func (s *liteStmt) query(args []any) (*liteRows, error) {
	if err := s.bind(args); err != nil {
		s.release()
		return nil, err
	}
	return &liteRows{stmt: s}, nil
}

// liteRows is one run of a query.
type liteRows struct {
	stmt *liteStmt
	err  error
	done bool
}

func (r *liteRows) Columns() ([]string, error) { return r.stmt.columns, nil }

func (r *liteRows) Next() bool {
	if r.done {
		return false
	}
	more, err := r.stmt.step()
	if err != nil {
		r.err = err
	}
	if !more {
		r.end()
	}
	return more
}

func (r *liteRows) Err() error { return r.err }

func (r *liteRows) Close() error {
	r.end()
	return nil
}

func (r *liteRows) end() {
	if !r.done {
		r.done = true
		r.stmt.release()
	}
}

// Scan copies the row at hand.
func (r *liteRows) Scan(into ...any) error {
	if len(into) != len(r.stmt.columns) {
		return fmt.Errorf("%d places for %d columns", len(into), len(r.stmt.columns))
	}
	for i, place := range into {
		if err := r.column(int32(i), place); err != nil {
			return fmt.Errorf("column %s: %w", r.stmt.columns[i], err)
		}
	}
	return nil
}

// column copies one value to where it is wanted.
func (r *liteRows) column(i int32, place any) error {
	s := r.stmt
	switch kind := sqlite3.Xsqlite3_column_type(s.tls, s.at, i); kind {
	case sqlite3.SQLITE_INTEGER:
		n := sqlite3.Xsqlite3_column_int64(s.tls, s.at, i)
		if p, ok := place.(*int64); ok {
			*p = n
			return nil
		}
		return assign(n, place)
	case sqlite3.SQLITE_TEXT:
		raw := r.bytes(i, sqlite3.Xsqlite3_column_text(s.tls, s.at, i))
		text := unsafe.String(unsafe.SliceData(raw), len(raw)) // nobody else has these bytes
		if p, ok := place.(*string); ok {
			*p = text
			return nil
		}
		return assign(text, place)
	case sqlite3.SQLITE_BLOB:
		return assign(r.bytes(i, sqlite3.Xsqlite3_column_blob(s.tls, s.at, i)), place)
	case sqlite3.SQLITE_FLOAT:
		return assign(sqlite3.Xsqlite3_column_double(s.tls, s.at, i), place)
	default:
		return assign(nil, place)
	}
}

// bytes copies what SQLite holds at p.
func (r *liteRows) bytes(i int32, p uintptr) []byte {
	n := sqlite3.Xsqlite3_column_bytes(r.stmt.tls, r.stmt.at, i)
	if p == 0 || n == 0 {
		return []byte{}
	}
	return bytes.Clone(unsafe.Slice(address[byte](p), n))
}

// assign puts a value of SQLite into a Go variable of the kind that its column is read into, as database/sql does.
func assign(v, place any) error {
	if scanner, ok := place.(sql.Scanner); ok {
		return scanner.Scan(v)
	}
	to := reflect.ValueOf(place).Elem()
	if to.Kind() == reflect.Pointer {
		if v == nil {
			to.SetZero()
			return nil
		}
		to.Set(reflect.New(to.Type().Elem()))
		return assign(v, to.Interface())
	}
	switch from := v.(type) {
	case int64:
		switch {
		case to.CanInt() && !to.OverflowInt(from):
			to.SetInt(from)
			return nil
		case to.CanUint() && from >= 0 && !to.OverflowUint(uint64(from)):
			to.SetUint(uint64(from))
			return nil
		case to.Kind() == reflect.Bool && (from == 0 || from == 1):
			to.SetBool(from == 1)
			return nil
		}
	case string:
		switch {
		case to.Kind() == reflect.String:
			to.SetString(from)
			return nil
		case to.Type() == reflect.TypeFor[[]byte]():
			to.SetBytes([]byte(from))
			return nil
		}
	case []byte:
		switch {
		case to.Kind() == reflect.Slice && to.Type().Elem().Kind() == reflect.Uint8:
			to.SetBytes(from)
			return nil
		case to.Kind() == reflect.String:
			to.SetString(string(from))
			return nil
		}
	case float64:
		if to.CanFloat() {
			to.SetFloat(from)
			return nil
		}
	}
	return fmt.Errorf("a %T does not go into a %s", v, to.Type())
}
