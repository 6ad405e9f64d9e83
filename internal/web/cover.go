package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/act"
	"gongzhi/internal/attachment"
	"gongzhi/internal/desk"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/page"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
	"gongzhi/internal/text"
)

// A photograph that somebody sent is not public. At the desk faces and plates are covered on it, which makes a copy, and
// only copies are offered where a method publishes pictures. The original stays where it is, for those who may open it.

const (
	namePatches = "patches" // rectangles, one a line
	patchesMost = 100
)

// coverPage shows a picture of a sealed answer, to draw on it what is to be covered.
func (s *Site) coverPage(r *http.Request, rd *reader) (page.Page, error) {
	return s.covering(r, rd, "", nil)
}

func (s *Site) covering(r *http.Request, rd *reader, patches string, problem *fault.Refusal) (page.Page, error) {
	n, hash, err := s.pictureIn(r, rd)
	if err != nil || rd.done {
		return page.Page{}, err
	}
	back := fmt.Sprintf("/desk/matters/%d/sealed?step=", n)
	p := page.Page{
		Frame: page.Desk, Title: text.Key("cover.title"), Lead: text.Key("cover.lead"), Back: &page.Link{Words: text.Key("web.sealed"), Href: back},
		Blocks: []page.Block{page.Form{
			Action: r.URL.Path, Submit: text.Key("cover.go"), Problem: problem,
			Fields: []page.Field{{Name: namePatches, Label: text.Key("cover.patches"), Hint: text.Key("cover.hint"), Input: page.Area, Value: patches, Picture: "/files/" + string(hash)}},
		}},
	}
	if problem != nil {
		p.Status = statuses[problem.Kind]
	}
	return p, nil
}

// pictureIn finds the sealed picture of a matter that an address names. Whoever has not said yet what they open it for is
// led to where that is asked; rd.done then says so.
func (s *Site) pictureIn(r *http.Request, rd *reader) (n int64, hash act.Digest, err error) {
	unknown := fault.Refuse(fault.NotFound, "file.unknown", fault.Basis{}, nil)
	if n, err = number(r, "n"); err != nil {
		return 0, "", err
	}
	hash = act.Digest(r.PathValue("hash"))
	if !hash.Valid() {
		return 0, "", unknown
	}
	uses, err := s.Ledger.FileUses(r.Context(), s.Store.Read(), hash)
	if err != nil {
		return 0, "", err
	}
	here := false
	for _, u := range uses {
		here = here || u.Matter == act.Matter(n)
	}
	if !here {
		return 0, "", unknown
	}
	ask, err := s.openFile(r, rd, hash)
	if err == nil && ask != "" {
		_, err = rd.redirect(r, ask)
	}
	return n, hash, err
}

// cover makes the covered copy, and leads to where it may be published, or back.
func (s *Site) cover(r *http.Request, rd *reader) (page.Page, error) {
	if err := r.ParseForm(); err != nil {
		return page.Page{}, badForm(err)
	}
	written := r.PostForm.Get(namePatches)
	patches, ok := readPatches(written)
	if !ok {
		return s.covering(r, rd, written, fault.InField(namePatches, "cover.form", fault.Basis{}))
	}
	n, hash, err := s.pictureIn(r, rd)
	if err != nil || rd.done {
		return page.Page{}, err
	}
	_, err = s.Files.Cover(r.Context(), s.Store, act.Matter(n), rd.account.Person, hash, patches)
	if no, ok := fault.As(err); ok && no.Kind == fault.Unsupported {
		return s.covering(r, rd, written, no)
	}
	if err != nil {
		return page.Page{}, err
	}
	back := fmt.Sprintf("/desk/matters/%d", n)
	to := back
	err = s.Desk.Open(r.Context(), rd.actor(), act.Matter(n), func(_ context.Context, _ store.Q, st desk.Standing) error {
		for _, a := range st.For(rd.actor()) {
			if to == back && slices.ContainsFunc(a.Fields, func(f step.Field) bool { return len(f.Covers) > 0 }) {
				to = doHref(n, a) // what the matter waits for comes before what may be said beside it
			}
		}
		return nil
	})
	if err != nil {
		return page.Page{}, err
	}
	return rd.redirect(r, to)
}

// readPatches reads "left,top,width,height" in thousandths, one a line; none at all is an answer too.
func readPatches(written string) (out []attachment.Patch, ok bool) {
	for line := range strings.Lines(written) {
		line = strings.TrimSpace(strings.ReplaceAll(line, "，", ","))
		if line == "" {
			continue
		}
		var n [4]int
		parts := strings.Split(line, ",")
		if len(parts) != len(n) || len(out) == patchesMost {
			return nil, false
		}
		for i, part := range parts {
			v, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil || v < 0 || v > 1000 {
				return nil, false
			}
			n[i] = v
		}
		out = append(out, attachment.Patch{X: n[0], Y: n[1], Wide: n[2], High: n[3]})
	}
	return out, true
}

// coverLinks lead from the pictures of a sealed answer to covering them.
func coverLinks(n int64, v string) (out []page.Link) {
	var list []step.File
	if json.Unmarshal([]byte(v), &list) != nil {
		return nil
	}
	for _, f := range list {
		if strings.HasPrefix(f.Type, "image/") {
			out = append(out, page.Link{Words: text.Key("cover.one", "Name", f.Name), Href: fmt.Sprintf("/desk/matters/%d/cover/%s", n, f.Hash), Icon: "edit"})
		}
	}
	return out
}

// covered are the copies that a form offers where a method publishes pictures: of each picture that the question covers, the
// one that was made last.
func (s *Site) covered(ctx context.Context, q store.Q, n act.Matter, f step.Field) ([]page.Option, error) {
	list, err := s.copies(ctx, q, n, f)
	var out []page.Option
	for i, c := range list {
		if !slices.ContainsFunc(list[i+1:], func(later attachment.Copy) bool { return later.Original == c.Original }) {
			out = append(out, page.Option{Value: string(c.Hash), Words: text.Plain(c.Name)})
		}
	}
	return out, err
}

// copies are those of pictures that stand in the sealed answers which a question covers.
func (s *Site) copies(ctx context.Context, q store.Q, n act.Matter, f step.Field) ([]attachment.Copy, error) {
	list, err := s.Files.Covered(ctx, q, n)
	if err != nil {
		return nil, err
	}
	var out []attachment.Copy
	for _, c := range list {
		uses, err := s.Ledger.FileUses(ctx, q, c.Original)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(uses, func(u ledger.FileUse) bool { return u.Matter == n && slices.Contains(f.Covers, u.Field) }) {
			out = append(out, c)
		}
	}
	return out, nil
}

// uncovered refuses, where a method publishes covered pictures, whatever nobody has looked over: it takes such files out of the
// submission, and says so in their fields.
func (s *Site) uncovered(ctx context.Context, n act.Matter, fields step.Fields, sub *step.Submission) error {
	var bad fault.Fields
	for _, f := range fields {
		if len(f.Covers) == 0 || len(sub.Files[f.Key]) == 0 {
			continue
		}
		copies, err := s.copies(ctx, s.Store.Read(), n, f)
		if err != nil {
			return err
		}
		sub.Files[f.Key] = slices.DeleteFunc(sub.Files[f.Key], func(file step.File) bool {
			if slices.ContainsFunc(copies, func(c attachment.Copy) bool { return c.Hash == file.Hash }) {
				return false
			}
			bad.Add(f.Key, "cover.not_yet", fault.Args{"Name": file.Name})
			return true // it would come back with the form
		})
	}
	return bad.Err("form.faults", fault.Basis{})
}

// mayName tells whether somebody may name a file that is kept already: one they sent themselves, or a covered copy that was
// made in the matter they answer. Another's file is not told apart from one that there is not.
func (s *Site) mayName(ctx context.Context, n act.Matter, who act.Person, hash act.Digest) (step.File, bool, error) {
	if !hash.Valid() {
		return step.File{}, false, nil
	}
	own, err := s.Files.SentBy(ctx, s.Store.Read(), hash, who)
	if err != nil {
		return step.File{}, false, err
	}
	if !own {
		list, err := s.Files.Covered(ctx, s.Store.Read(), n)
		i := slices.IndexFunc(list, func(c attachment.Copy) bool { return c.Hash == hash })
		if err != nil || i < 0 {
			return step.File{}, false, err
		}
		return list[i].File, true, nil
	}
	file, _, err := s.Files.Find(ctx, s.Store.Read(), hash)
	return file, err == nil, err
}
