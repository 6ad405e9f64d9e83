package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"sync"
	"time"

	"gongzhi/internal/calendar"
	"gongzhi/internal/fault"
	"gongzhi/internal/page"
	"gongzhi/internal/text"
	"gongzhi/internal/web/ui"
)

// A file that may take long to make: an export, ballots to print. Its address answers with the file where it is made at
// once; else it shows how far that has got, then the file to take, or why there is none and the way to try again.

const (
	queryTake  = "take"  // the file that lies ready
	queryAgain = "again" // make it anew
)

// production is a file to be made.
type production struct {
	title text.Words
	back  *page.Link
	takes slots  // default writes
	name  string // by which it is downloaded; empty is a page, to be shown
	kind  string // its type
}

// made is a file that lies ready, on disk and not in memory. Where the system allows it, the file has no name any more, so
// that nothing of it stays behind however the program ends.
type made struct {
	file *os.File
	size int64
	at   time.Time

	mu      sync.Mutex
	readers int
	dropped bool
}

// newMade makes the file that work writes.
func newMade(write func(io.Writer) error, now func() time.Time) (*made, error) {
	f, err := os.CreateTemp("", "gongzhi-*")
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" {
		_ = os.Remove(f.Name()) // else it goes with close
	}
	m := &made{file: f}
	buf := bufio.NewWriter(f)
	if err = write(buf); err == nil {
		err = buf.Flush()
	}
	if err == nil {
		m.size, err = f.Seek(0, io.SeekEnd)
	}
	if err != nil {
		m.close()
		return nil, err
	}
	m.at = now()
	return m, nil
}

// close forgets the file, as soon as nobody reads it any more.
func (m *made) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropped = true
	m.leave()
}

func (m *made) leave() {
	if !m.dropped || m.readers > 0 {
		return
	}
	_ = m.file.Close() // it was only read
	_ = os.Remove(m.file.Name())
}

// read gives the file to one reader; ok is false where it is gone.
func (m *made) read(show func(io.ReadSeeker)) (ok bool) {
	m.mu.Lock()
	if m.dropped {
		m.mu.Unlock()
		return false
	}
	m.readers++
	m.mu.Unlock()
	show(io.NewSectionReader(m.file, 0, m.size))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readers--
	m.leave()
	return true
}

// produce answers with a file that work writes; see above.
func (s *Site) produce(r *http.Request, rd *reader, x production, work func(context.Context, *job, io.Writer) error) (page.Page, error) {
	here := *r.URL
	q := here.Query()
	take, again := q.Get(queryTake) != "", q.Get(queryAgain) != ""
	q.Del(queryTake)
	q.Del(queryAgain)
	here.RawQuery, here.ForceQuery = q.Encode(), false // one address, whatever marks it came with
	o := order{
		key: "file " + string(rd.account.Person) + " " + look(rd) + " " + here.RequestURI(), person: rd.account.Person,
		title: x.title, href: here.RequestURI(), takes: x.takes,
	}
	if o.takes == "" {
		o.takes = writes
	}
	if j, there := s.jobs.find(o.key); again && there && j.ended() {
		s.jobs.drop(j)
	}
	if again {
		return rd.redirect(r, o.href)
	}
	j, err := s.jobs.start(r.Context(), o, func(ctx context.Context, j *job) (any, error) {
		m, err := newMade(func(w io.Writer) error { return work(ctx, j, w) }, s.Clock.Now)
		if err != nil {
			return nil, err
		}
		return m, nil
	})
	if err != nil {
		return page.Page{}, err
	}
	p := page.Page{Frame: page.Desk, Title: x.title, Back: x.back}
	switch {
	case j.wait(r.Context()):
	case take: // it was forgotten meanwhile: a page that asks again must not ask for a file
		return rd.redirect(r, o.href)
	default:
		return j.going(p), nil
	}
	m, _ := j.result.(*made)
	watched := j.seen()
	switch {
	case j.err != nil && !watched:
		s.jobs.drop(j)
		return page.Page{}, j.err
	case j.err != nil:
		return s.failed(r, j, p), nil
	case watched && !take:
		return ready(j, m, p, x), nil
	}
	if !m.read(func(from io.ReadSeeker) { rd.download(r, x, from) }) {
		return rd.redirect(r, o.href) // it was forgotten between two moments, and is made anew
	}
	if !take {
		s.jobs.drop(j)
	}
	return page.Page{}, nil
}

// producePage is produce for a page of so many sheets that drawing them takes long. fill makes the page; the request it is
// given lives as long as the work.
func (s *Site) producePage(r *http.Request, rd *reader, x production, fill func(*http.Request) (page.Page, error)) (page.Page, error) {
	x.kind = htmlType
	return s.produce(r, rd, x, func(ctx context.Context, j *job, w io.Writer) error {
		r := r.Clone(ctx)
		j.tell(stageGathering, 0, 0)
		p, err := fill(r)
		if err != nil {
			return err
		}
		c := s.context(r, rd, p)
		c.Drawn = j.counting(stageDrawing)
		return ui.Render(w, c, p)
	})
}

// look is how the reader likes to read, which shows in what is made for them.
func look(rd *reader) string { return fmt.Sprintf("%s %d %t", rd.lang, rd.size, rd.night) }

// download answers with a file.
func (rd *reader) download(r *http.Request, x production, from io.ReadSeeker) {
	rd.done = true
	h := rd.writer.Header()
	h.Set("Content-Type", x.kind)
	h.Set("Cache-Control", "private, no-store")
	if x.name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": x.name}))
	}
	http.ServeContent(rd.writer, r, "", time.Time{}, from)
}

// ready shows a file that waits to be taken.
func ready(j *job, m *made, p page.Page, x production) page.Page {
	take := page.Link{Words: text.Key("jobs.take", "Size", sizeWords(m.size)), Href: marked(j.href, queryTake), Icon: "download"}
	if x.name == "" {
		take.Words, take.Icon = text.Key("jobs.open"), "external-link"
	}
	p.Blocks = []page.Block{
		page.Banner{Tone: page.Good, Words: text.Key("jobs.ready", "At", m.at.In(calendar.Zone).Format("15:04"), "Minutes", int(jobsKept/time.Minute))},
		page.Buttons{List: []page.Link{take, {Words: text.Key("jobs.anew"), Href: marked(j.href, queryAgain)}}},
	}
	return p
}

// failed says why there is no file, and leads to another try.
func (s *Site) failed(r *http.Request, j *job, p page.Page) page.Page {
	p.Blocks = []page.Block{page.Refused{Refusal: s.reason(r, j), Help: text.Key("web.desk_help"), Links: []page.Link{
		{Words: text.Key("jobs.again"), Href: marked(j.href, queryAgain)},
	}}}
	return p
}

// reason is why work came to nothing. What is no refusal is our fault, and stands in the log.
func (s *Site) reason(r *http.Request, j *job) *fault.Refusal {
	no, refused := fault.As(j.err)
	if !refused {
		if !errors.Is(j.err, context.Canceled) {
			s.Log.Error("work failed", "path", r.URL.Path, "error", j.err)
		}
		no = fault.Refuse(fault.Unavailable, "web.broken", fault.Basis{}, nil)
	}
	return no
}

// marked adds a mark to an address.
func marked(href, mark string) string {
	u, err := url.Parse(href)
	if err != nil {
		return href
	}
	q := u.Query()
	q.Set(mark, "1")
	u.RawQuery = q.Encode()
	return u.String()
}

// sizeWords is the size of a file as people say it.
func sizeWords(n int64) text.Words {
	if n < 1<<20 {
		return text.Plain(fmt.Sprintf("%d KB", max(1, n>>10)))
	}
	return text.Plain(fmt.Sprintf("%d.%d MB", n>>20, n%(1<<20)*10>>20))
}
