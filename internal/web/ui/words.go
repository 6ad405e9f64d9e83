package ui

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"gongzhi/internal/exact"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

var toneNames = [...]string{page.Plain: "plain", page.Going: "going", page.Good: "good", page.Soon: "soon", page.Late: "late"}

// toneClass is the class that colours a component: "tag-late".
func toneClass(component string, tone page.Tone) string {
	if tone < page.Plain || int(tone) >= len(toneNames) {
		tone = page.Plain
	}
	return component + "-" + toneNames[tone]
}

var standingNames = [...]string{page.Later: "later", page.Now: "now", page.Done: "done", page.Failed: "failed", page.Skipped: "skipped"}

func standingName(s page.Standing) string {
	if s < page.Later || int(s) >= len(standingNames) {
		s = page.Later
	}
	return standingNames[s]
}

func standingWords(s page.Standing) text.Words { return text.Key("ui.standing." + standingName(s)) }

func itoa(n int) string    { return strconv.Itoa(n) }
func utoa(n uint64) string { return strconv.FormatUint(n, 10) }

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// isDigest tells a hash, which is folded away: people compare it, nobody reads it.
func isDigest(s string) bool { return digestForm.MatchString(s) }

// first is the first string that is not empty.
func first(s ...string) string { return cmp.Or(s...) }

// initial stands in for a portrait.
func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	return string(r)
}

// fours cuts a code into groups of four characters, which people can read out and compare.
func fours(code string) (groups []string) {
	for part := range slices.Chunk([]rune(strings.NewReplacer(" ", "", "-", "").Replace(code)), 4) {
		groups = append(groups, string(part))
	}
	return groups
}

// short tells that there is a threshold and it is not reached.
func short(m page.Meter) bool { return m.Threshold.Den != 0 && !m.Reached }

// percentWords is the share for the eye; a share of nothing is not 0 %.
func percentWords(ctx context.Context, m page.Meter) string {
	if p, ok := exact.Percent(m.Part, m.All, 1); ok {
		return p + "%"
	}
	return say(ctx, "empty")
}

// meterText says a whole meter in one line, for those who do not see it.
func meterText(ctx context.Context, m page.Meter) string {
	parts := []string{percentWords(ctx, m)}
	for _, w := range []text.Words{m.Shown, m.Verdict} {
		if !w.IsZero() {
			parts = append(parts, t(ctx, w))
		}
	}
	return strings.Join(parts, say(ctx, "list"))
}

// meterStyle hands the widths to the style sheet, computed without a float.
func meterStyle(m page.Meter) templ.SafeCSS {
	s := "--part:" + share(m.Part, m.All)
	if m.Threshold.Den != 0 {
		s += ";--at:" + share(m.Threshold.Num, m.Threshold.Den)
	}
	return templ.SafeCSS(s)
}

// share is part of all as a CSS length between 0% and 100%.
func share(part, all uint64) string {
	p, ok := exact.Percent(min(part, all), all, 2)
	if !ok {
		return "0%"
	}
	return p + "%"
}

func barStyle(s page.Stage) templ.SafeCSS {
	return templ.SafeCSS("--part:" + share(uint64(max(0, s.N)), uint64(max(0, s.Of))))
}

// stageClass is the colour of a stage on the ordered ramp.
func stageClass(step int) string { return "stage-" + strconv.Itoa(max(0, min(7, step))) }

// segments is how many pieces the bar of a notice has: one for each day, or a single one when days would be slivers.
func segments(n page.Notice) int {
	if n.Days > 31 {
		return 1
	}
	return n.Days
}

const dayLong = 24 * time.Hour

// segmentStyle fills piece i by how much of it has passed. The present day is filled by the time that is left, but
// never beyond the day the notice itself says it is: holidays may stretch the time between.
func segmentStyle(n page.Notice, i int) templ.SafeCSS {
	gone := time.Duration(n.Day) * dayLong
	if !n.Closes.Due.IsZero() && n.Closes.Now.Before(n.Closes.Due) && n.Day > 0 {
		gone = time.Duration(n.Days)*dayLong - n.Closes.Due.Sub(n.Closes.Now)
		gone = max(time.Duration(n.Day-1)*dayLong, min(gone, time.Duration(n.Day)*dayLong))
	}
	long := dayLong
	if segments(n) == 1 {
		long = time.Duration(n.Days) * dayLong
	}
	gone = max(0, min(gone-time.Duration(i)*long, long))
	return templ.SafeCSS("--part:" + share(uint64(gone), uint64(long)))
}

// noticeState says what a notice that is not open is.
func noticeState(n page.Notice) text.Words {
	if n.Day == 0 {
		return text.Key("ui.notice.before")
	}
	return text.Key("ui.notice.over")
}

// refusal is the words of a no.
func refusal(r *fault.Refusal) text.Words { return text.Words{Key: r.Code, Args: r.Args} }

// fieldFault is the words of a fault at one field.
func fieldFault(f fault.Field) text.Words { return text.Words{Key: f.Code, Args: f.Args} }

// basisWords is what a clause is called: the words given, or else the law as cited, or else its place in the charter.
func basisWords(b page.Basis) text.Words {
	if !b.Words.IsZero() {
		return b.Words
	}
	return text.Plain(first(b.Law, b.Clause))
}

// bannerRole makes what is wrong or pressing heard at once; the rest is read in its turn.
func bannerRole(tone page.Tone) string {
	if tone == page.Late || tone == page.Soon {
		return "alert"
	}
	return "status"
}

var bannerIcons = [...]string{page.Plain: "info-circle", page.Going: "info-circle", page.Good: "circle-check", page.Soon: "clock", page.Late: "alert-triangle"}

func bannerIcon(tone page.Tone) string {
	if tone < page.Plain || int(tone) >= len(bannerIcons) {
		tone = page.Plain
	}
	return bannerIcons[tone]
}

// rowName is what a row's box is called: its first cell.
func rowName(r page.Row) text.Words {
	if len(r.Cells) == 0 || r.Cells[0].Words.IsZero() {
		return text.Plain(r.Value)
	}
	return r.Cells[0].Words
}

// columnWords is the label of a cell where the head of the table is not shown.
func columnWords(ctx context.Context, x page.Table, i int) string {
	if i >= len(x.Columns) {
		return ""
	}
	return t(ctx, x.Columns[i].Words)
}

func columnNumeric(x page.Table, i int) bool { return i < len(x.Columns) && x.Columns[i].Numeric }

// numbered gives the steps of the main line their numbers; a way round has a dot.
func numbered(list []page.Step) []string {
	out := make([]string, len(list))
	n := 0
	for i, s := range list {
		out[i] = "·"
		if !s.Aside {
			n++
			out[i] = strconv.Itoa(n)
		}
	}
	return out
}
