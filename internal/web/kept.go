package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gongzhi/internal/page"
	"gongzhi/internal/text"
)

// Answers outlive a session: who sends a form after theirs has ended signs in on a page that carries the answers
// along, and goes on from there. They travel within the form, never in an address, and the server keeps nothing.

// nameKept begins the names of answers that are carried: "_kept_" + number + "_" + the name they had.
const nameKept = "_kept_"

// nameTo is the address that the carried answers are for.
const nameTo = "_to"

// keptMost is how many answers are carried; the longest form has fewer.
const keptMost = 200

// resumed are the forms that can be shown again with answers; the others are one button, soon pressed again.
var resumed = []string{"/matters/", "/desk/begin/", "/desk/registers/"}

// signInAgain asks to sign in and carries the answers of a form. Files are not carried: the form says so when it is
// shown again.
func (s *Site) signInAgain(r *http.Request) page.Page {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		if r.ParseMultipartForm(1<<20) == nil {
			defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the system clears what is left
		}
	} else if r.ParseForm() != nil {
		r.PostForm = nil // a body that is no form has no answers to keep
	}
	kept := map[string]string{nameTo: local(r.URL.Path)}
	n := 0
	if !slices.ContainsFunc(resumed, func(begins string) bool { return strings.HasPrefix(r.URL.Path, begins) }) {
		kept, r.PostForm = nil, nil
	}
	for name, values := range r.PostForm {
		for _, v := range values {
			if n < keptMost {
				kept[nameKept+strconv.Itoa(n)+"_"+name] = v
				n++
			}
		}
	}
	p := s.signInForm("", "", nil)
	p.Status = http.StatusUnauthorized
	if kept == nil {
		return p
	}
	p.Lead = text.Key("web.kept.lead")
	code := codeForm("", "", nil)
	p.Blocks = append(p.Blocks[:1:1], page.Section{Title: code.Title, Blocks: code.Blocks})
	carry(p.Blocks, kept)
	return p
}

// carry adds answers to every form of a page.
func carry(blocks []page.Block, kept map[string]string) {
	for i, b := range blocks {
		switch b := b.(type) {
		case page.Form:
			hidden := map[string]string{}
			for k, v := range b.Hidden {
				hidden[k] = v
			}
			for k, v := range kept {
				hidden[k] = v
			}
			b.Hidden = hidden
			blocks[i] = b
		case page.Section:
			carry(b.Blocks, kept)
		}
	}
}

// still keeps what a request carries along on the page that answers it.
func still(r *http.Request, p page.Page) page.Page {
	if kept := carried(r); kept != nil {
		carry(p.Blocks, kept)
	}
	return p
}

// carried gives the answers that a request carries along.
func carried(r *http.Request) map[string]string {
	out := map[string]string{}
	for name, v := range r.PostForm {
		if (strings.HasPrefix(name, nameKept) || name == nameTo) && len(v) == 1 && len(out) <= keptMost {
			out[name] = v[0]
		}
	}
	if out[nameTo] == "" {
		return nil
	}
	return out
}

// goOn shows that the answers are still there, and leads back to their form.
func goOn(kept map[string]string) page.Page {
	f := page.Form{Action: local(kept[nameTo]), Hidden: map[string]string{nameStage: stageChange}, Submit: text.Key("web.kept.go")}
	many := map[string][]string{}
	for key, v := range kept {
		rest, ok := strings.CutPrefix(key, nameKept)
		_, name, named := strings.Cut(rest, "_")
		if ok && named && name != nameStage {
			many[name] = append(many[name], v)
		}
	}
	for name, values := range many {
		slices.Sort(values)
		if len(values) == 1 {
			f.Hidden[name] = values[0]
			continue
		}
		for i, v := range values {
			f.Hidden[nameMany+name+"_"+strconv.Itoa(i)] = v
		}
	}
	return page.Page{Frame: page.Resident, Title: text.Key("web.kept.title"), Lead: text.Key("web.kept.still"), Blocks: []page.Block{f}}
}
