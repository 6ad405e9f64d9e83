package vote_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"gongzhi/internal/fault"
	"gongzhi/internal/vote"
)

const rollCSV = `part_id,kind,area_m2,owners
a,dwelling,80,a
b,dwelling,80.0,b
c,dwelling,80.00,c
g1,dwelling,95.00,g
g2,dwelling,105.00,g
h,dwelling,90.00,h1;h2
h-too,dwelling,10.00,h2 ; h1
s,space,12.50,a
x1,unsold,100.00,
x2,undelivered,100.00,buyer
`

const ballotsCSV = `ballot_id,part_id,choice,signed,channel,received_at
1,a,yes,true,paper,2026-03-02T09:00:00+08:00
2,b,no,true,online,2026-03-02T09:00:00+08:00
3,b,yes,true,online,2026-03-02T01:00:00Z
4,c,abstain,true,station,2026-03-02T09:00:00+08:00
5,g1,yes,true,hall,2026-03-02T09:00:00+08:00
6,g2,no,true,hall,2026-03-02T09:00:00+08:00
7,h,yes,true,proxy,2026-03-02T09:00:00+08:00
8,s,yes,true,paper,2026-03-02T09:00:00+08:00
9,nowhere,yes,true,paper,2026-03-02T09:00:00+08:00
10,x1,yes,false,paper,2026-03-09T18:00:00+08:00
11,x1,spoiled,true,paper,2026-03-09T18:00:00+08:00
12,x1,spoiled,true,paper,2026-03-09T17:59:59+08:00
13,x2,yes,true,paper,2026-03-09T10:00:00Z
`

func TestOfflineCount(t *testing.T) {
	r, err := vote.ReadRoll(strings.NewReader(rollCSV), vote.RollOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ballots, err := vote.ReadBallots(strings.NewReader("\ufeff" + ballotsCSV))
	if err != nil {
		t.Fatal(err)
	}
	n, err := vote.Close(r, ballots, statutes(t).ordinary, time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	report, ok := n.Report(vote.SoleItem)
	if !ok {
		t.Fatal("no report of the sole item")
	}
	raw, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"outcome":"not_quorate",` +
		`"area":{"total":"740.00","participated":"330.00","yes":"250.00","no":"0.00","abstain":"80.00"},` +
		`"heads":{"total":6,"participated":4,"yes":3,"no":0,"abstain":1},` +
		`"invalid":[{"ballot_id":"2","reason":"superseded"},{"ballot_id":"8","reason":"excluded_space"},{"ballot_id":"9","reason":"unknown_part"},` +
		`{"ballot_id":"10","reason":"unsigned"},{"ballot_id":"11","reason":"late"},{"ballot_id":"12","reason":"spoiled"},{"ballot_id":"13","reason":"late"}],` +
		`"disputed":[{"parts":["g1","g2"]}],` +
		`"checks":[{"name":"quorum.area","left":"990.00","right":"1480.00","met":false},{"name":"quorum.heads","left":12,"right":12,"met":true},` +
		`{"name":"pass.area","left":"500.00","right":"330.00","met":true},{"name":"pass.heads","left":6,"right":4,"met":true}]}`
	if string(raw) != want {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
	counted, err := vote.ReadRoll(strings.NewReader(rollCSV), vote.RollOptions{CountSpecialSpaces: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := counted.Total(); got != (vote.Sides{Area: 752_50, Heads: 6}) {
		t.Errorf("with spaces %+v, want 752.50 m² and no further head", got)
	}
}

func TestEmptyFilesCountAsNothing(t *testing.T) {
	r, err := vote.ReadRoll(strings.NewReader("part_id,kind,area_m2,owners\n"), vote.RollOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ballots, err := vote.ReadBallots(strings.NewReader("channel,received_at,ballot_id,part_id,choice,signed\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	l := statutes(t)
	for _, tt := range []struct {
		rule vote.Rule
		want vote.Outcome
	}{{l.ordinary, vote.NotQuorate}, {l.special, vote.NotQuorate}, {l.oldOrdinary, vote.NotPassed}, {l.oldSpecial, vote.NotPassed}} {
		n, err := vote.Close(r, ballots, tt.rule, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if report, ok := n.Report(vote.SoleItem); !ok || report.Outcome != tt.want {
			t.Errorf("%s: %v, %v; want %v", tt.rule.Name(), report.Outcome, ok, tt.want)
		}
	}
}

func faultsOf(t *testing.T, err error) (list []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	no, ok := fault.As(err)
	if !ok || no.Kind != fault.Invalid {
		t.Fatalf("%v, want a refusal", err)
	}
	for _, f := range no.Fields {
		list = append(list, fmt.Sprint(f.Row, " ", f.Name, " ", f.Code))
	}
	return list
}

func TestRollFileFaults(t *testing.T) {
	const head = "part_id,kind,area_m2,owners\n"
	tests := []struct {
		name, file string
		want       []string
	}{
		{"nothing", "", []string{"1 header vote.csv.empty"}},
		{"a column missing, one unknown, one twice", "part_id,kind,kind,area\n",
			[]string{"1 kind vote.csv.column_twice", "1 area vote.csv.column_unknown", "1 area_m2 vote.csv.column_missing", "1 owners vote.csv.column_missing"}},
		{"every fault with its line", head + "a,flat,80,a\n\nb,dwelling,80.005,b\na,dwelling,-1,a;;b\nc,space,,\n,unsold,1,\nd,dwelling,1e3,d\n",
			[]string{"2 kind vote.csv.kind", "4 area_m2 vote.csv.area.too_many_decimals", "5 area_m2 vote.csv.area.negative", "5 owners vote.csv.owners",
				"5 part_id vote.roll.part_twice", "6 area_m2 vote.csv.area.empty", "6 owners vote.csv.owners_missing", "7 part_id vote.roll.part_missing",
				"8 area_m2 vote.csv.area.not_a_number"}},
		{"cells that are not four", head + "a,dwelling,1\nb,dwelling,1,b,b\nc,dwelling,x,c\n",
			[]string{"2 row vote.csv.width", "3 row vote.csv.width", "4 area_m2 vote.csv.area.not_a_number"}},
		{"a lost quote, and the rest is still read", head + "a,dwelling,\"1,a\nb,hut,1,b\nc,dwelling,x,\"c\"\n",
			[]string{"2 row vote.csv.quotes", "3 kind vote.csv.kind", "4 area_m2 vote.csv.area.not_a_number"}},
		{"a quote in a cell, and the rest is still read", head + "a,dwelling,1\"2,a\nb,hut,1,b\n", []string{"2 row vote.csv.quotes", "3 kind vote.csv.kind"}},
		{"another encoding", head + "a,dwelling,1,\xd5\xc5\n", []string{"2 row vote.csv.encoding"}},
		{"a quoted newline is no cell", head + "\"a\nb\",dwelling,1,a\nc,hut,1,c\n", []string{"2 row vote.csv.quotes", "3 row vote.csv.quotes", "4 kind vote.csv.kind"}},
		{"a mark that nobody sees", head + "\"a\u200b\",dwelling,1,a\nb\r,dwelling,1,b\n", []string{"2 row vote.csv.invisible"}},
		{"nobody's flat", head + "a,dwelling,1,\n \t\r\nb,space,1,\" \"\n", []string{"2 owners vote.csv.owners_missing", "4 owners vote.csv.owners_missing"}},
		{"an owner who could be anyone", head + "a,dwelling,1,*\n", []string{"2 owners vote.csv.owners"}},
		{"more area than can be added up", head + "a,dwelling,90071992547409.91,a\nb,dwelling,0.01,b\n", []string{"3 area vote.roll.area_too_large"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := vote.ReadRoll(strings.NewReader(tt.file), vote.RollOptions{})
			if got := faultsOf(t, err); !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
			if len(r.Lines()) > 0 {
				t.Error("part of a roll came back with the faults")
			}
		})
	}
}

func TestTheFirstOfTwoIsNamedByItsLine(t *testing.T) {
	_, err := vote.ReadRoll(strings.NewReader("part_id,kind,area_m2,owners\na,dwelling,1,a\n\nb,dwelling,1,b\nb,dwelling,1,c\n"), vote.RollOptions{})
	no, ok := fault.As(err)
	if !ok || len(no.Fields) != 1 || no.Fields[0].Row != 5 || no.Fields[0].Args["First"] != 4 {
		t.Errorf("%+v, want line 5 against line 4", no)
	}
}

func TestBallotFileFaults(t *testing.T) {
	const head = "ballot_id,part_id,choice,signed,channel,received_at\n"
	const at = "2026-03-02T09:00:00+08:00\n"
	file := head + "1,a,maybe,yes,paper,2026-03-02\n" + "1,a,yes,true,paper," + at + ",a,yes,true,paper," + at + "2,a,Yes,true,paper,2026-02-30T09:00:00Z\n"
	want := []string{"2 choice vote.csv.choice", "2 signed vote.csv.signed", "2 received_at vote.csv.received_at", "3 ballot_id vote.csv.ballot_twice",
		"4 ballot_id vote.csv.ballot_missing", "5 choice vote.csv.choice", "5 received_at vote.csv.received_at"}
	ballots, err := vote.ReadBallots(strings.NewReader(file))
	if got := faultsOf(t, err); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if ballots != nil {
		t.Error("some ballots came back with the faults")
	}
}

func TestAReaderThatBreaksIsNotTheFilesFault(t *testing.T) {
	broken := errors.New("the disk is gone")
	for _, r := range []io.Reader{iotest.ErrReader(broken), io.MultiReader(strings.NewReader(rollCSV), iotest.ErrReader(broken))} {
		if _, err := vote.ReadRoll(r, vote.RollOptions{}); !errors.Is(err, broken) {
			t.Errorf("got %v, want the reader's error", err)
		}
	}
}

// FuzzReadFiles: whatever a file holds, it is read or refused with lines, never half.
func FuzzReadFiles(f *testing.F) {
	f.Add(rollCSV)
	f.Add(ballotsCSV)
	f.Add("part_id,kind,area_m2,owners\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		lines := strings.Count(file, "\n") + strings.Count(file, "\r") + 1
		_, first := vote.ReadRoll(strings.NewReader(file), vote.RollOptions{})
		_, second := vote.ReadBallots(strings.NewReader(file))
		for _, err := range []error{first, second} {
			if err == nil {
				continue
			}
			no, ok := fault.As(err)
			if !ok || len(no.Fields) == 0 {
				t.Fatalf("%v, want a refusal with fields", err)
			}
			for _, field := range no.Fields {
				if field.Row < 1 || field.Row > lines || field.Code == "" {
					t.Errorf("%+v of %d lines", field, lines)
				}
			}
		}
	})
}
