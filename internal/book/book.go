// Package book keeps the rows of every register as versions, so that any roll, ratio or map can be taken as of a date.
//
// In: entries checked against package register's schemas, and the day from which they hold. Out: rows as they stood
// on a day, what an import would change before it changes it, and for each change set its counts and the root over the
// versions it wrote, which the ledger records as one act. Versions are never rewritten. Personal fields are encrypted
// under keys that lie outside the database; the open part of a version holds salted commitments to them, so erasing
// somebody leaves every hash as it was.
//
// It decides no permission: a Reader shows personal fields only as its caller opened them, and the caller keeps the
// access log. It owns the tables register_row,
// register_blind, register_change, register_word, register_indexed, register_apart, register_turn, register_open and spared.
package book

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/gowebpki/jcs"

	"gongzhi/internal/act"
	"gongzhi/internal/calendar"
	"gongzhi/internal/store"
	"gongzhi/internal/vault"
)

//go:embed book.sql
var sqlText string

var (
	queries       = store.MustQueries("book", sqlText)
	asOfUnder     = queries.Get("as-of-under")
	pageUnder     = queries.Get("page-under")
	asOf          = queries.Get("as-of")
	latestUnder   = queries.Get("latest-under")
	latest        = queries.Get("latest")
	anyUnder      = queries.Get("any-under")
	history       = queries.Get("history")
	changed       = queries.Get("changed")
	ofChange      = queries.Get("of-change")
	versionOf     = queries.Get("version")
	byBlind       = queries.Get("by-blind")
	write         = queries.Get("write")
	closeVersion  = queries.Get("close")
	writeBlind    = queries.Get("write-blind")
	writeChange   = queries.Get("write-change")
	changeByID    = queries.Get("change")
	byWord        = queries.Get("by-word")
	byPrefix      = queries.Get("by-prefix")
	countWord     = queries.Get("count-word")
	countAnywhere = queries.Get("count-word-anywhere")
	countUnder    = queries.Get("count-under")
	hasWord       = queries.Get("has-word")
	writeWord     = queries.Get("write-word")
	dropWord      = queries.Get("drop-word")
	dropWords     = queries.Get("drop-words")
	lastPage      = queries.Get("last-page")
	indexed       = queries.Get("indexed")
	markIndexed   = queries.Get("index")
	forgetSealed  = queries.Get("forget")
	endedRows     = queries.Get("ended-holding")
	forgetBlinded = queries.Get("forget-blind")
)

// Book reads and writes register rows. It is safe for use by many goroutines.
type Book struct {
	vault  *vault.Vault
	active sync.Map // change sets that this process is writing in pieces
}

// New makes a book that seals personal fields with v.
func New(v *vault.Vault) *Book { return &Book{vault: v} }

// stored is one version as the database has it.
type stored struct {
	Tenant    int64  `db:"tenant"`
	Register  string `db:"register"`
	ID        string `db:"id"`
	Version   int64  `db:"version"`
	Path      string `db:"path"`
	ValidFrom string `db:"valid_from"`
	ValidTo   string `db:"valid_to"`
	Ended     int64  `db:"ended"`
	Body      string `db:"body"`
	Hash      string `db:"hash"`
	Sealed    string `db:"sealed"`
	Change    string `db:"change"`
	Made      int64  `db:"made"`
}

func (s stored) row() act.RowID { return act.RowID{Register: s.Register, ID: s.ID} }

// forever is valid_to of the last version of a row, unshown that of one whose change set is still being written in pieces.
const (
	forever = "9999-12-31"
	unshown = ""
)

// body is what of a version is open and hashed.
type body struct {
	Register string           `json:"register"`
	ID       string           `json:"id"`
	Version  int64            `json:"version"`
	Parent   *act.RowID       `json:"parent,omitempty"`
	From     calendar.Date    `json:"from"`
	Ended    bool             `json:"ended,omitempty"`
	Values   map[string]any   `json:"values,omitempty"`
	Sealed   []act.Commitment `json:"sealed,omitempty"` // by field
}

func (b body) canonical() (text string, hash act.Digest, err error) {
	raw, err := json.Marshal(b)
	if err != nil {
		return "", "", fmt.Errorf("book: %s/%s: %w", b.Register, b.ID, err)
	}
	if raw, err = jcs.Transform(raw); err != nil {
		return "", "", fmt.Errorf("book: %s/%s: %w", b.Register, b.ID, err)
	}
	return string(raw), act.Sum(raw), nil
}

func (s stored) decode() (body, error) {
	var b body
	d := json.NewDecoder(strings.NewReader(s.Body))
	d.UseNumber()
	if err := d.Decode(&b); err != nil {
		return b, fmt.Errorf("book: body of %s: %w", s.row(), err)
	}
	for key, v := range b.Values {
		typed, err := fromJSON(v)
		if err != nil {
			return b, fmt.Errorf("book: %s of %s: %w", key, s.row(), err)
		}
		b.Values[key] = typed
	}
	if b.Values == nil {
		b.Values = map[string]any{}
	}
	return b, nil
}

// fromJSON gives a value back its Go type. The forms are distinct, so that rows of a register whose schema has since
// changed can still be read.
func fromJSON(v any) (any, error) {
	switch v := v.(type) {
	case string, bool:
		return v, nil
	case json.Number:
		return v.Int64()
	case []any:
		list := make([]string, len(v))
		for i, one := range v {
			s, ok := one.(string)
			if !ok {
				return nil, fmt.Errorf("a list holds %T", one)
			}
			list[i] = s
		}
		return list, nil
	}
	return nil, fmt.Errorf("a value is %T", v)
}

// pathOf is the place of a row below the path of its parent, such as "/community/nyyh/compound/yinghe91/", with ids
// written so that bytes sort as people count: building 3 before building 10.
func pathOf(parent string, id act.RowID) string {
	if parent == "" {
		parent = "/"
	}
	return parent + id.Register + "/" + sortable(id.ID) + "/"
}

// sortable puts before every run of digits a sign for how many there are: '1' to '9', then on through ASCII. A run of
// more than 40 is several runs, so that the sign is never one that stands in an id, and plain can take it away again.
func sortable(id string) string {
	var b strings.Builder
	for i := 0; i < len(id); {
		n := i
		for n < len(id) && n-i < 40 && id[n] >= '0' && id[n] <= '9' {
			n++
		}
		if n == i {
			b.WriteByte(id[i])
			i++
			continue
		}
		b.WriteByte(byte('0' + n - i))
		b.WriteString(id[i:n])
		i = n
	}
	return b.String()
}

// plain is a path without the signs of sortable.
func plain(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); {
		c := path[i]
		i++
		if c < '1' || c > '0'+40 {
			b.WriteByte(c)
			continue
		}
		n := min(i+int(c-'0'), len(path))
		b.WriteString(path[i:n])
		i = n
	}
	return b.String()
}

// rowAt is the row that lies at a path: its last two parts.
func rowAt(path string) act.RowID {
	parts := strings.Split(strings.TrimSuffix(plain(path), "/"), "/")
	if len(parts) < 2 {
		return act.RowID{}
	}
	return act.RowID{Register: parts[len(parts)-2], ID: parts[len(parts)-1]}
}

// below gives the bounds, both outside, of all paths under one; of everything for the empty path.
func below(path string) (from, to string) { return path, path + "\x7f" }

// Counts are what a change set does to the rows it names.
type Counts struct {
	Added     int `json:"added"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Ended     int `json:"ended"`
}
