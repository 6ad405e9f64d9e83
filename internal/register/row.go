package register

import "gongzhi/internal/act"

// Row is one entry of a register as it stood on a date. Values are of the types that the register declares:
// string, int64 (counts; areas in 0.01 m²; money in fen), bool, []string (several rows or options), or a date as
// "2006-01-02". Fields that are personal are absent unless the reader's mandate opens them.
type Row struct {
	ID      act.RowID
	Parent  act.RowID
	Name    string // what people call it: "颍河路91号院", "3号楼2单元401"
	Version int64  // from 1; whoever changes the row says which one they saw
	Values  map[string]any
	Masked  map[string]string // what a reader sees of values that are not open to them: "138****8888"; nil for the rules
}

// Text is a field's value as a string, or "".
func (r Row) Text(field string) string { s, _ := r.Values[field].(string); return s }

// Int is a field's value as a number, or 0.
func (r Row) Int(field string) int64 { n, _ := r.Values[field].(int64); return n }

// List is a field's value as several strings.
func (r Row) List(field string) []string { l, _ := r.Values[field].([]string); return l }
