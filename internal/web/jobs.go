package web

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gongzhi/internal/act"
	"gongzhi/internal/clock"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Work that outlasts a request: sheets that are read, files that are made. A page starts it and waits a moment; what takes
// longer is shown with how far it has got, on a page that asks again. Nothing depends on somebody looking: who leaves finds
// it where it is, at the same address or in the list of their own (work.go). What a stopped server had not finished is
// begun anew by the same address, since nothing was written.

const (
	patience    = 2 * time.Second // that a request waits before it shows how far the work has got
	jobsWaiting = 32
	jobsEach    = 8                // results of one person that are kept
	jobsKept    = 10 * time.Minute // a result that nobody came to see
	jobsLongest = 15 * time.Minute
)

// slots is a kind of work, by what it takes of the machine; so many are done at once.
type slots string

const (
	reads  slots = "reads"  // a sheet, held in memory
	writes slots = "writes" // a file, streamed to disk
)

var atOnce = map[slots]int{reads: 2, writes: 4}

// stage of a job, as its words are called.
type stage string

const (
	stageWaiting   stage = "waiting"
	stageReading   stage = "reading"
	stageRows      stage = "rows"
	stageCompare   stage = "compare"
	stageWriting   stage = "writing"
	stageCounting  stage = "counting"
	stageLines     stage = "lines"
	stageGathering stage = "gathering"
	stageDrawing   stage = "drawing"
	stageCodes     stage = "codes"
)

// order is work as it is asked for.
type order struct {
	key    string     // the same work has the same key
	person act.Person // for whom it is done
	title  text.Words
	href   string // where it is watched and its result is taken, and begun anew
	takes  slots
}

// job is one order under way or done.
type job struct {
	order
	asked       time.Time // by the machine's clock, as began is
	patience    time.Duration
	mu          sync.Mutex
	at          stage
	began       time.Time // its stage, to reckon how long the rest takes
	done, total int
	finished    chan struct{}
	watched     bool // somebody was shown how far it has got
	result      any
	err         error
}

// tell notes how far the work has got; total 0 is unknown.
func (j *job) tell(at stage, done, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if at != j.at {
		j.began = clock.System.Now()
	}
	j.at, j.done, j.total = at, done, total
}

// counting gives a callback that counts within one stage.
func (j *job) counting(at stage) func(done, total int) {
	j.tell(at, 0, 0)
	return func(done, total int) { j.tell(at, done, total) }
}

// ended tells whether the work is over.
func (j *job) ended() bool {
	select {
	case <-j.finished:
		return true
	default:
		return false
	}
}

// wait tells whether the work is over, and waits a moment for it.
func (j *job) wait(ctx context.Context) bool {
	soon := time.NewTimer(j.patience)
	defer soon.Stop()
	select {
	case <-j.finished:
		return true
	case <-soon.C:
	case <-ctx.Done():
	}
	return false
}

// meter is how far the work has got.
func (j *job) meter() page.Meter {
	j.mu.Lock()
	defer j.mu.Unlock()
	return meter(j.at, j.done, j.total)
}

func meter(at stage, done, total int) page.Meter {
	m := page.Meter{Label: text.Key("jobs.stage." + string(at)), Part: uint64(max(done, 0)), All: uint64(max(total, 0))}
	switch {
	case total <= 0 && done > 0:
		m.Shown = text.Key("jobs.so_many", "N", done)
	case total > 0:
		m.Shown = text.Key("jobs.so_far", "N", done, "Of", total, "Left", max(total-done, 0))
	}
	return m
}

// timeLeft is what can be said of the time that is left in this stage, once a tenth of it is done.
func (j *job) timeLeft() (text.Words, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.total <= 0 || j.done*10 < j.total {
		return text.Words{}, false
	}
	left := clock.System.Now().Sub(j.began) / time.Duration(j.done) * time.Duration(max(j.total-j.done, 0))
	if left < time.Minute {
		return text.Key("jobs.under_a_minute"), true
	}
	return text.Key("jobs.minutes", "N", int((left+time.Minute/2)/time.Minute)), true
}

// seen tells whether somebody was shown how far it has got.
func (j *job) seen() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.watched
}

// going shows how far the work has got; the page asks again by itself, with or without script.
func (j *job) going(p page.Page) page.Page {
	j.mu.Lock()
	j.watched = true
	j.mu.Unlock()
	tally := page.Tally{Meters: []page.Meter{j.meter()}}
	if left, known := j.timeLeft(); known {
		tally.Note = left
	}
	return goingOn(p, tally)
}

func goingOn(p page.Page, tally page.Tally) page.Page {
	p.Refresh = time.Second
	p.Blocks = []page.Block{
		page.Banner{Tone: page.Going, Words: text.Key("jobs.going"), Links: []page.Link{{Words: text.Key("jobs.title"), Href: workHref}}},
		page.Panel{Blocks: []page.Block{tally}},
	}
	return p
}

// jobs are those of one site.
type jobs struct {
	mu       sync.Mutex
	by       map[string]*job
	slots    map[slots]chan struct{}
	patience time.Duration
}

func newJobs() *jobs {
	b := &jobs{by: map[string]*job{}, slots: map[slots]chan struct{}{}, patience: patience}
	for s, n := range atOnce {
		b.slots[s] = make(chan struct{}, n)
	}
	return b
}

// start begins an order, unless it is there already. It refuses with [fault.TooMany] when more waits than the machine
// should hold.
func (b *jobs) start(ctx context.Context, o order, work func(context.Context, *job) (any, error)) (*job, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if j, ok := b.by[o.key]; ok {
		return j, nil
	}
	var waiting int
	var kept []*job
	for _, j := range b.by {
		switch {
		case !j.ended():
			waiting++
		case j.person == o.person:
			kept = append(kept, j)
		}
	}
	if waiting >= jobsWaiting {
		return nil, fault.Refuse(fault.TooMany, "jobs.busy", fault.Basis{}, nil)
	}
	if len(kept) >= jobsEach {
		b.remove(slices.MinFunc(kept, func(x, y *job) int { return cmp.Or(x.asked.Compare(y.asked), cmp.Compare(x.key, y.key)) }))
	}
	now := clock.System.Now()
	j := &job{order: o, asked: now, patience: b.patience, at: stageWaiting, began: now, finished: make(chan struct{})}
	b.by[o.key] = j
	// The work goes on when the reader goes: the request's context ends, this one does not.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), jobsLongest)
	go func() {
		defer stop()
		defer time.AfterFunc(jobsKept, func() { b.drop(j) })
		defer close(j.finished)
		select {
		case b.slots[o.takes] <- struct{}{}:
			defer func() { <-b.slots[o.takes] }()
		case <-ctx.Done():
			j.end(nil, ctx.Err())
			return
		}
		result, err := work(ctx, j)
		j.end(result, err)
	}()
	return j, nil
}

func (j *job) end(result any, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fault.Refuse(fault.Unavailable, "jobs.too_long", fault.Basis{}, nil)
	}
	j.result, j.err = result, err
}

// find gives work that was begun under a key.
func (b *jobs) find(key string) (*job, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	j, ok := b.by[key]
	return j, ok
}

// of lists a person's work, the latest first.
func (b *jobs) of(person act.Person) (out []*job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, j := range b.by {
		if j.person == person {
			out = append(out, j)
		}
	}
	slices.SortFunc(out, func(x, y *job) int { return cmp.Or(y.asked.Compare(x.asked), cmp.Compare(x.key, y.key)) })
	return out
}

// take gives the result of finished work, once.
func (b *jobs) take(j *job) (any, error) {
	b.drop(j)
	return j.result, j.err
}

// drop forgets work, with the file it made.
func (b *jobs) drop(j *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.remove(j)
}

func (b *jobs) remove(j *job) {
	if b.by[j.key] == j {
		delete(b.by, j.key)
		if f, ok := j.result.(*made); ok {
			f.close()
		}
	}
}
