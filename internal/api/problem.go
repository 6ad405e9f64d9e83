package api

import (
	"net/http"
	"strconv"
	"strings"

	"gongzhi/internal/fault"
	"gongzhi/internal/text"
)

// statuses is the one table from kinds of refusals to statuses.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.SignIn: http.StatusUnauthorized, fault.Denied: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Closed: http.StatusConflict, fault.Conflict: http.StatusConflict,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType,
	fault.TooMany: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable,
}

// problem is RFC 9457 with what a refusal knows: the code of its words, the clause and the law, the faulty fields.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Code   string         `json:"code"`
	Clause string         `json:"clause,omitempty"`
	Law    string         `json:"law,omitempty"`
	Fields []problemField `json:"fields,omitempty"`
}

type problemField struct {
	Name   string `json:"field"`
	Row    int    `json:"row,omitempty"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// problem answers a refusal in the language asked for.
func (a *API) problem(w http.ResponseWriter, r *http.Request, status int, no *fault.Refusal) {
	words, l := a.Desk.Charter().Texts, language(r.Header.Get("Accept-Language"))
	p := problem{
		Type: "urn:gongzhi:problem:" + no.Kind.String(), Title: words.Say(l, text.Key("api.kind."+no.Kind.String())), Status: status,
		Detail: words.Say(l, text.Words{Key: no.Code, Args: no.Args}), Code: no.Code, Clause: no.Basis.Clause, Law: no.Basis.Law,
	}
	for _, f := range no.Fields {
		p.Fields = append(p.Fields, problemField{f.Name, f.Row, f.Code, words.Say(l, text.Words{Key: f.Code, Args: f.Args})})
	}
	speaks(w.Header(), l)
	a.write(w, "application/problem+json", status, p)
}

// speaks says in which language an answer is, and that another reader may get another.
func speaks(h http.Header, l text.Lang) {
	h["Content-Language"] = []string{l.Tag()}
	h["Vary"] = append(h["Vary"], "Accept-Language")
}

// language is the one of ours that Accept-Language likes best; Chinese where it likes neither or says nothing.
func language(accept string) text.Lang {
	best, most := text.ZH, 0.0
	for one := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(one), ";")
		likes := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			var err error
			if likes, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		main, _, _ := strings.Cut(strings.ToLower(tag), "-")
		for _, l := range text.Langs {
			if main == string(l) && likes > most {
				best, most = l, likes
			}
		}
	}
	return best
}
