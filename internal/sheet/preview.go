package sheet

import (
	"gongzhi/internal/book"
	"gongzhi/internal/fault"
)

// Preview is what a person sees before anything is written: what was read as what, what has to change, what would be
// new, changed, unchanged or ended.
type Preview struct {
	Sheet    string // the name of the sheet that was read; empty for CSV
	Header   int    // the row of the header
	Matches  []Match
	Ignored  []string // headers of columns that are not read
	Rooms    int
	People   int
	Area     string // sum, m²
	Faults   []Fault
	Warnings []Fault
	Counts   book.Counts // zero while there are faults
}

// Preview puts together what was read; plan is nil while there are faults.
func (r Roster) Preview(f Found, plan *book.Plan) Preview {
	p := Preview{
		Sheet: f.Table.Name, Header: f.Header, Matches: f.Matches(), Ignored: f.Ignored, Rooms: r.Rooms, People: r.People,
		Area: r.Area.Grouped(), Faults: r.Faults, Warnings: r.Warnings,
	}
	if plan != nil {
		p.Counts = plan.Counts()
	}
	return p
}

// Err refuses a roster that has faults, with a field for each; nil when it may be written.
func (r Roster) Err(basis fault.Basis) error {
	if len(r.Faults) == 0 {
		return nil
	}
	fields := make([]fault.Field, len(r.Faults))
	for i, f := range r.Faults {
		fields[i] = fault.Field{Name: f.Key, Row: f.Row, Code: f.Code, Args: f.Args}
	}
	return &fault.Refusal{Kind: fault.Invalid, Code: "sheet.faults", Basis: basis, Args: fault.Args{"N": len(fields)}, Fields: fields}
}

// Set is what to hand to package book: the rows, below the compound, and which registers the sheet lists whole.
func (r Roster) Set(f Found, in Input) book.Set {
	return book.Set{Entries: r.Entries, Under: in.Compound, Complete: f.Import.Complete, On: in.On}
}
