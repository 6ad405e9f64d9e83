package web

import (
	"context"
	"errors"
	"sync"
	"time"

	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Work that outlasts a request. A page starts it and waits a moment; what takes longer is shown with how far it has got,
// on a page that asks again. Nothing depends on somebody looking: who leaves and comes back finds it where it is, and
// what a stopped server had not finished is begun anew by the same address, since nothing was written.

const (
	patience    = 2 * time.Second // that a request waits before it shows how far the work has got
	jobsAtOnce  = 2               // each holds a sheet in memory
	jobsWaiting = 32
	jobsKept    = 10 * time.Minute // a result that nobody came to see
	jobsLongest = 15 * time.Minute
)

// stage of a job, as its words are called.
type stage string

const (
	stageWaiting stage = "waiting"
	stageReading stage = "reading"
	stageRows    stage = "rows"
	stageCompare stage = "compare"
	stageWriting stage = "writing"
)

// job is one piece of work.
type job struct {
	mu          sync.Mutex
	at          stage
	done, total int
	finished    chan struct{}
	result      any
	err         error
}

// tell notes how far the work has got; total 0 is unknown.
func (j *job) tell(at stage, done, total int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.at, j.done, j.total = at, done, total
}

// counting gives a callback that counts within one stage.
func (j *job) counting(at stage) func(done, total int) {
	j.tell(at, 0, 0)
	return func(done, total int) { j.tell(at, done, total) }
}

// wait tells whether the work is finished, and waits a moment for it.
func (j *job) wait(ctx context.Context) bool {
	soon := time.NewTimer(patience)
	defer soon.Stop()
	select {
	case <-j.finished:
		return true
	case <-soon.C:
	case <-ctx.Done():
	}
	return false
}

// going shows how far the work has got; the page asks again by itself, with or without script.
func (j *job) going(p page.Page) page.Page {
	j.mu.Lock()
	defer j.mu.Unlock()
	p.Refresh = time.Second
	m := page.Meter{Label: text.Key("imports.stage." + string(j.at)), Part: uint64(max(j.done, 0)), All: uint64(max(j.total, 0))}
	if j.total > 0 {
		m.Shown = text.Key("imports.so_far", "N", j.done, "Of", j.total)
	}
	p.Blocks = []page.Block{
		page.Banner{Tone: page.Going, Words: text.Key("imports.going")},
		page.Panel{Blocks: []page.Block{page.Tally{Meters: []page.Meter{m}}}},
	}
	return p
}

// jobs are those of one site. The zero value has none.
type jobs struct {
	mu    sync.Mutex
	by    map[string]*job
	slots chan struct{}
}

// start begins work under a key, unless it is there already. It refuses with [fault.TooMany] when more waits than memory
// should hold.
func (b *jobs) start(ctx context.Context, key string, work func(context.Context, *job) (any, error)) (*job, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by == nil {
		b.by, b.slots = map[string]*job{}, make(chan struct{}, jobsAtOnce)
	}
	if j, ok := b.by[key]; ok {
		return j, nil
	}
	if len(b.by) >= jobsWaiting {
		return nil, fault.Refuse(fault.TooMany, "imports.busy", fault.Basis{}, nil)
	}
	j := &job{at: stageWaiting, finished: make(chan struct{})}
	b.by[key] = j
	// The work goes on when the reader goes: the request's context ends, this one does not.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), jobsLongest)
	go func() {
		defer stop()
		defer time.AfterFunc(jobsKept, func() { b.drop(key, j) })
		defer close(j.finished)
		select {
		case b.slots <- struct{}{}:
			defer func() { <-b.slots }()
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
		err = fault.Refuse(fault.Unavailable, "imports.too_long", fault.Basis{}, nil)
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

// take gives the result of finished work, once.
func (b *jobs) take(key string, j *job) (any, error) {
	b.drop(key, j)
	return j.result, j.err
}

func (b *jobs) drop(key string, j *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by[key] == j {
		delete(b.by, key)
	}
}
