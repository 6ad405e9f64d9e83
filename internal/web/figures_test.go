package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/method"
	"gongzhi/internal/step"
)

// reported takes problems through their steps: filed, and as said closed, in time or late.
type reporter struct {
	w      *town
	actors map[string]method.Actor
	n      int
}

func (x *reporter) say(role string, n act.Matter, verb string, pairs ...string) {
	x.w.t.Helper()
	x.n++
	s := step.Submission{ID: fmt.Sprintf("figures-%08d", x.n), Verb: verb, Values: map[string][]string{}}
	for _, p := range pairs {
		k, v, _ := strings.Cut(p, "=")
		s.Values[k] = []string{v}
	}
	if _, err := x.w.house.Desk.Submit(context.Background(), x.actors[role], n, s); err != nil {
		x.w.t.Fatalf("%s: %v", verb, err)
	}
}

// report is one problem; a late one is finished after its time.
func (x *reporter) report(category string, closed, late bool) {
	x.w.t.Helper()
	n := x.begin(category, "public")
	x.say("community_worker", n, "submit", "acceptance=accepted", "account=演示")
	x.say("grid_worker", n, "submit", "finding=real", "found=属实")
	x.say("dispatcher", n, "approve")
	if !closed {
		return
	}
	if late {
		x.w.clock.Advance(3 * time.Hour)
	}
	team := map[string]string{"cover": "facility_team", "burst_pipe": "facility_team", "litter": "cleaning_team"}[category]
	x.say(team, n, "finish", "done_how=已办")
	x.say("problem_checker", n, "sheet", "dealt_with=pass")
	x.say("dispatcher", n, "submit", "reply=已办")
}

func (x *reporter) begin(category, openness string) act.Matter {
	x.w.t.Helper()
	x.n++
	begun, err := x.w.house.Desk.Begin(context.Background(), x.actors["hotline"], "problem", nyyh, step.Submission{
		ID: fmt.Sprintf("figures-%08d", x.n), Values: map[string][]string{
			"category": {category}, "place": {"演示路"}, "words": {"演示"}, "openness": {openness}, "signature": {"anonymous"},
		},
	})
	if err != nil {
		x.w.t.Fatal(err)
	}
	return begun.Matter
}

func newReporter(t *testing.T) *reporter {
	t.Helper()
	w := newTown(t)
	x := &reporter{w: w, actors: map[string]method.Actor{}}
	for _, role := range []string{"hotline", "community_worker", "grid_worker", "dispatcher", "facility_team", "cleaning_team", "problem_checker"} {
		x.actors[role] = w.actor(role)
	}
	return x
}

// Figures open the rows behind them.
func TestFiguresOpenTheirRows(t *testing.T) {
	x := newReporter(t)
	x.report("litter", true, false)
	x.report("litter", true, true)
	x.report("cover", false, false)
	v := x.w.visitor()
	status, body, _ := v.get("/figures/problem?month=2026-03")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	for _, want := range []string{"66.67%", "33.33%", "100.00%", "结案 2", "立案 3", "截至"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not stand there", want)
		}
	}
	everyFigureOpensItsRows(t, v, "/figures/problem?month=2026-03", 30)
	_, rows, _ := v.get("/figures/problem/rows?month=2026-03&measures=closed,filed")
	if n := strings.Count(rows, `href="/matters/`); n < 2 || strings.Contains(rows, `href="/matters/4"`) {
		t.Errorf("the rows of what was closed: %d links", n)
	}
	if status, _, _ := v.get("/figures/problem/rows?month=2026-03&measures=nothing"); status != http.StatusNotFound {
		t.Errorf("a measure there is not: %d", status)
	}
	if _, body, _ := v.get("/figures/problem?month=2026-02"); strings.Contains(body, "%<") {
		t.Error("of nothing there is a share")
	}
}

// What was true at the end of a month is told the same, to the byte, a month later, after everything that came since, and
// after the docket was thrown away and folded again: figures and the rows behind them.
func TestFiguresAsOfAnEarlierDay(t *testing.T) {
	x := newReporter(t)
	ctx := context.Background()
	v := x.w.visitor()
	x.report("litter", true, false)
	x.report("cover", false, false)
	x.report("cover", false, false)
	if _, err := x.w.house.Desk.Begin(ctx, x.actors["hotline"], "problem", nyyh, step.Submission{ID: "left-open-in-march", Values: map[string][]string{
		"category": {"litter"}, "place": {"演示路"}, "words": {"演示"}, "openness": {"public"}, "signature": {"anonymous"},
	}}); err != nil {
		t.Fatal(err)
	}
	last := act.Matter(5)
	x.w.clock.Set(time.Date(2026, 4, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600)))
	addresses := []string{
		"/figures/problem?month=2026-03&as_of=2026-03-31", "/figures/problem/rows?month=2026-03&as_of=2026-03-31&measures=closed,filed",
		"/figures/problem/rows?month=2026-03&as_of=2026-03-31&measures=accepted",
	}
	told := func() (out []string) {
		for _, a := range addresses {
			status, body, _ := v.get(a)
			if status != http.StatusOK {
				t.Fatalf("%s: %d", a, status)
			}
			_, main, _ := strings.Cut(body, "<main")
			main, _, _ = strings.Cut(main, "</main>")
			out = append(out, main)
		}
		return out
	}
	then := told()
	for _, want := range []string{"2026-03-31 24:00", "33.33%", "结案 1", "立案 3"} {
		if !strings.Contains(then[0], want) {
			t.Errorf("at the month's end %s does not stand there", want)
		}
	}
	// April: the one that nobody had looked at is accepted, those that were filed are closed, late, and a new one comes.
	x.say("community_worker", last, "submit", "acceptance=accepted", "account=演示")
	for _, n := range []act.Matter{3, 4} {
		x.say("facility_team", n, "finish", "done_how=已办")
		x.say("problem_checker", n, "sheet", "dealt_with=pass")
		x.say("dispatcher", n, "submit", "reply=已办")
	}
	x.report("litter", true, false)
	x.w.clock.Set(time.Date(2026, 5, 6, 9, 0, 0, 0, time.FixedZone("", 8*3600)))
	same := func(when string) {
		t.Helper()
		for i, now := range told() {
			// Where a matter stands is said as of now; the figures and which matters are behind them are not.
			if i == 0 && now != then[i] || strings.Count(now, `href="/matters/`) != strings.Count(then[i], `href="/matters/`) {
				t.Errorf("%s %s tells something else than it did then:\n%s\n\n%s", when, addresses[i], then[i], now)
			}
		}
	}
	same("a month later")
	_, now, _ := v.get("/figures/problem?month=2026-03")
	for _, want := range []string{"100.00%", "结案 3", "立案 3", "as_of=2026-03-31"} {
		if !strings.Contains(now, want) {
			t.Errorf("as of now %s does not stand there", want)
		}
	}
	if _, err := x.w.house.Desk.Refold(ctx); err != nil {
		t.Fatal(err)
	}
	same("folded anew")
	if _, again, _ := v.get("/figures/problem?month=2026-03"); strings.Count(again, "100.00%") != strings.Count(now, "100.00%") {
		t.Error("folded anew, as of now is something else")
	}
	// A day that has not ended may still change: it is told as of now. What is no day is nothing.
	if _, body, _ := v.get("/figures/problem?month=2026-05&as_of=2026-05-06"); strings.Contains(body, "2026-05-06 24:00") {
		t.Error("the end of today is told before it has come")
	}
	if status, _, _ := v.get("/figures/problem?month=2026-03&as_of=2026-03-32"); status != http.StatusNotFound {
		t.Errorf("the 32nd of March: %d", status)
	}
}

// The bulletin, from 972 problems that went their way through the house.
func TestTheBulletin(t *testing.T) {
	if testing.Short() {
		t.Skip("seven thousand submissions")
	}
	x := newReporter(t)
	// Those that are late come last, because the clock goes on with each; their limits are hours of the clock, day and night.
	for _, group := range []struct {
		category     string
		n            int
		closed, late bool
	}{
		{"litter", 54, false, false}, {"cover", 7, false, false}, {"litter", 731, true, false}, {"cover", 6, true, false},
		{"burst_pipe", 171, true, true}, {"cover", 3, true, true},
	} {
		for range group.n {
			x.report(group.category, group.closed, group.late)
		}
	}
	if now := x.w.clock.Now(); now.Month() != start.Month() {
		t.Fatalf("the month is over: %s", now)
	}
	_, body, _ := x.w.visitor().get("/figures/problem?month=2026-03")
	for _, want := range []string{"93.72%", "75.82%", "94.35%", "56.25%", "结案 911", "立案 972", "没有超期）737", "结案 902", "立案 956", "结案 9", "立案 16"} {
		if !strings.Contains(strings.ReplaceAll(body, " 737", "737"), want) {
			t.Errorf("%s does not stand there", want)
		}
	}
	everyFigureOpensItsRows(t, x.w.visitor(), "/figures/problem?month=2026-03", 30)
}

// behind are the matters behind a figure, through all its pages.
func behind(t *testing.T, v *visitor, href string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for next := href; next != ""; {
		status, body, _ := v.get(html.UnescapeString(next))
		if status != http.StatusOK {
			t.Fatalf("%s: %d", next, status)
		}
		_, table, _ := strings.Cut(body, "<tbody")
		for _, m := range regexp.MustCompile(`href="/matters/(\d+)"`).FindAllStringSubmatch(table, -1) {
			out[m[1]] = true
		}
		next = ""
		if m := regexp.MustCompile(`href="([^"]*before=[^"]*)"`).FindStringSubmatch(body); m != nil {
			next = m[1]
		}
	}
	return out
}

// everyFigureOpensItsRows follows each figure of a page and counts what it opens.
func everyFigureOpensItsRows(t *testing.T, v *visitor, page string, want int) {
	t.Helper()
	_, body, _ := v.get(page)
	figures := regexp.MustCompile(`<a href="(/figures/[a-z_]+/rows[^"]+)">[^<]*?(\d+)</a>`).FindAllStringSubmatch(body, -1)
	figures = append(figures, regexp.MustCompile(`<a href="(/figures/[a-z_]+/rows[^"]+)">[^<]*</a> </th><td[^>]*><span>(\d+)</span>`).FindAllStringSubmatch(body, -1)...)
	if len(figures) < want {
		t.Fatalf("only %d figures on %s", len(figures), page)
	}
	for _, f := range figures {
		if got := len(behind(t, v, f[1])); fmt.Sprint(got) != f[2] {
			t.Errorf("%s says %s and opens %d", f[1], f[2], got)
		}
	}
}

// A new version of the charter that names its measures in another order changes no figure of what went by the one before.
func TestFiguresAcrossVersions(t *testing.T) {
	x := newReporter(t)
	x.report("litter", true, false)
	x.w.install("indicators/problem.yaml", "measures:\n", "measures:\n  anonymous: { name: { zh: 匿名, en: Anonymous }, when: matter.signature == 'anonymous' }\n")
	x.report("litter", false, false)
	v := x.w.visitor()
	_, body, _ := v.get("/figures/problem?month=2026-03")
	for _, want := range []string{"结案 1", "立案 2", "50.00%"} {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not stand there", want)
		}
	}
	for measures, n := range map[string]int{"filed": 2, "closed,filed": 1, "anonymous": 1} {
		_, rows, _ := v.get("/figures/problem/rows?month=2026-03&measures=" + measures)
		seen := map[string]bool{}
		for _, m := range regexp.MustCompile(`href="/matters/(\d+)"`).FindAllStringSubmatch(rows, -1) {
			seen[m[1]] = true
		}
		if len(seen) != n {
			t.Errorf("rows of %s: %v, want %d", measures, seen, n)
		}
	}
}

// One private report among public ones: nothing public tells how it was dealt with, not even by what the figures have more
// than the matters that anybody can look at; at the desk it is counted.
func TestAPrivateMatterIsInNoPublicFigure(t *testing.T) {
	x := newReporter(t)
	x.report("litter", true, false)
	x.report("litter", false, false)
	if _, err := x.w.house.Desk.Begin(t.Context(), x.actors["hotline"], "problem", act.RowID{Register: "community", ID: "nyyh"}, step.Submission{ID: "figure-private-1", Values: map[string][]string{
		"category": {"cover"}, "place": {"演示路口"}, "words": {"演示"}, "openness": {"private"}, "signature": {"anonymous"},
	}}); err != nil {
		t.Fatal(err)
	}
	const page, rows = "/figures/problem?month=2026-03", "/figures/problem/rows?month=2026-03&measures=received"
	_, public, _ := x.w.visitor().get(page)
	if !strings.Contains(public, "不到 5 件，没有计入") || strings.Contains(public, "部件") {
		t.Error("the figures count a private matter, or do not say that they leave it out")
	}
	if _, body, _ := x.w.visitor().get(rows); strings.Contains(body, "—") || strings.Count(body, `<a href="/matters/`) == 0 {
		t.Error("a line stands for a private matter behind a figure")
	}
	office := x.w.signedIn("street_office")
	if _, body, _ := office.get(page); strings.Contains(body, "没有计入") || !strings.Contains(body, "部件") {
		t.Error("the desk does not see all")
	}
}

// Of private matters, enough to be counted, public figures tell one thing from the end of their month on and nothing before:
// whatever becomes of one of them, the figures of no two days tell, nor do the rows behind them.
func TestNoTwoDaysTellOfAPrivateMatter(t *testing.T) {
	x := newReporter(t)
	beijing := time.FixedZone("", 8*3600)
	x.report("litter", true, false)
	var private []act.Matter
	for range 6 {
		private = append(private, x.begin("cover", "private"))
	}
	v := x.w.visitor()
	const received, accepted = "&measures=received", "&measures=accepted"
	tell := func(asOf string) string {
		t.Helper()
		_, body, _ := v.get("/figures/problem?month=2026-03" + asOf)
		return body
	}
	if body := tell(""); strings.Contains(body, "部件") || !strings.Contains(body, "没有计入") {
		t.Error("private matters are counted while their month runs")
	}
	x.say("community_worker", private[0], "submit", "acceptance=accepted", "account=演示") // in March
	told := func() (out []string) {
		for _, day := range []string{"", "&as_of=2026-03-31", "&as_of=2026-04-01", "&as_of=2026-04-02"} {
			for _, measure := range []string{received, accepted} {
				_, rows, _ := v.get("/figures/problem/rows?month=2026-03" + day + measure)
				for _, line := range regexp.MustCompile("不公开办理的 [0-9]+ 件").FindAllString(rows, -1) {
					out = append(out, day+measure+" "+line)
				}
			}
		}
		return out
	}
	x.w.clock.Set(time.Date(2026, 4, 3, 9, 0, 0, 0, beijing))
	then := told()
	if len(then) < 8 || then[0] != received+" 不公开办理的 6 件" || then[1] != accepted+" 不公开办理的 1 件" {
		t.Errorf("from the month's end on: %q", then)
	}
	if body := tell(""); !strings.Contains(body, "2026-03-31 24:00") || !strings.Contains(body, "部件") {
		t.Error("it is not said as of when they are counted", body)
	}
	x.say("community_worker", private[1], "submit", "acceptance=accepted", "account=演示")
	x.begin("litter", "public")
	x.w.clock.Set(time.Date(2026, 4, 9, 9, 0, 0, 0, beijing))
	if now := told(); !slices.Equal(now, then) {
		t.Errorf("after one of them was accepted:\n%q\n%q", then, now)
	}
	if body := tell("&as_of=2026-03-30"); strings.Contains(body, "部件") {
		t.Error("a day before the month's end tells of them")
	}
}
