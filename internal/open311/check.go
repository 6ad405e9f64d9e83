package open311

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Server is what Check asks.
type Server struct {
	URL          string    // of the discovery, or what it lies below, or the endpoint itself
	Jurisdiction string    // sent with everything where not empty
	Key          string    // an API key; without one nothing is written
	Write        bool      // also report two problems
	Now          time.Time // where not zero: a list without dates may hold nothing that is older than ninety days by then
	Client       *http.Client
}

// Result is one thing that was looked at. Its words stand under "open311.check." + Code.
type Result struct {
	Code string `json:"code"`
	OK   bool   `json:"ok"`
	Why  string `json:"why,omitempty"` // what the server answered instead
}

// Check asks a server everything that GeoReport v2 demands and gives what it found, in a fixed order. It reads only,
// unless a key is given and Write is set. It stops at nothing: a server may break one rule and keep the others.
func Check(ctx context.Context, s Server) []Result {
	if s.Client == nil {
		s.Client = &http.Client{Timeout: 30 * time.Second}
	}
	k := &checking{ctx: ctx, Server: s}
	k.discovery()
	k.services()
	k.definitions()
	k.requests()
	k.filters()
	k.single()
	k.writing()
	return k.found
}

type checking struct {
	ctx context.Context
	Server
	base    string
	listed  []map[string]json.RawMessage // services
	reports []map[string]json.RawMessage
	found   []Result
}

// see notes one check: why is what is wrong, "" where nothing is.
func (k *checking) see(code, why string) { k.found = append(k.found, Result{code, why == "", why}) }

type reply struct {
	status int
	kind   string
	body   []byte
	err    error
}

func (k *checking) get(format, path string, query ...string) reply {
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	if k.Jurisdiction != "" && !q.Has("jurisdiction_id") {
		q.Set("jurisdiction_id", k.Jurisdiction)
	}
	address := k.base + path + "." + format
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(k.ctx, http.MethodGet, address, nil)
	if err != nil {
		return reply{err: err}
	}
	return k.send(req)
}

func (k *checking) postForm(format string, form url.Values) reply {
	if k.Jurisdiction != "" {
		form.Set("jurisdiction_id", k.Jurisdiction)
	}
	req, err := http.NewRequestWithContext(k.ctx, http.MethodPost, k.base+"/requests."+format, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{err: err}
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return k.send(req)
}

func (k *checking) send(req *http.Request) reply {
	res, err := k.Client.Do(req)
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = res.Body.Close() }() // read to its end
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<20))
	return reply{res.StatusCode, res.Header.Get("Content-Type"), body, err}
}

// fits tells what is wrong with an answer's status and type.
func (r reply) fits(format string, statuses ...int) string {
	if r.err != nil {
		return r.err.Error()
	}
	if !slices.Contains(statuses, r.status) {
		return fmt.Sprintf("status %d, want %v: %s", r.status, statuses, short(r.body))
	}
	kind, params, err := mime.ParseMediaType(r.kind)
	switch {
	case err != nil:
		return fmt.Sprintf("content type %q", r.kind)
	case format == "xml" && (kind != "text/xml" || !strings.EqualFold(params["charset"], "utf-8")):
		return fmt.Sprintf("content type %q, want text/xml; charset=utf-8", r.kind)
	case format == "xml" && !declared(r.body):
		return "no XML declaration with encoding UTF-8 before the root"
	case format == "json" && (kind != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8")):
		return fmt.Sprintf("content type %q, want application/json; charset=utf-8", r.kind)
	}
	return ""
}

// declared tells whether XML begins with its declaration and says that it is UTF-8.
func declared(body []byte) bool {
	head, _, ok := strings.Cut(string(body[:min(len(body), 200)]), "?>")
	head = strings.ToLower(strings.NewReplacer("'", `"`, " ", "").Replace(head))
	return ok && strings.HasPrefix(head, "<?xml") && strings.Contains(head, `encoding="utf-8"`)
}

func short(body []byte) string {
	s := strings.Join(strings.Fields(string(body)), " ")
	if len(s) > 120 {
		return strings.ToValidUTF8(s[:120], "") + "…"
	}
	return s
}

// list reads a bare JSON array of objects.
func (r reply) list(statuses ...int) (out []map[string]json.RawMessage, why string) {
	if why = r.fits("json", statuses...); why != "" {
		return nil, why
	}
	if err := json.Unmarshal(r.body, &out); err != nil {
		return nil, "no bare array of objects: " + short(r.body)
	}
	return out, ""
}

// texts reads elements of XML: for each element called one below the root, its children's texts.
func (r reply) texts(root, one string, statuses ...int) (out []map[string]string, why string) {
	if why = r.fits("xml", statuses...); why != "" {
		return nil, why
	}
	var doc node
	if err := xml.Unmarshal(r.body, &doc); err != nil {
		return nil, "no XML: " + err.Error()
	}
	if doc.XMLName.Local != root {
		return nil, fmt.Sprintf("the root is <%s>, want <%s>", doc.XMLName.Local, root)
	}
	for _, n := range doc.Nodes {
		if n.XMLName.Local != one {
			return nil, fmt.Sprintf("<%s> in <%s>, want <%s>", n.XMLName.Local, root, one)
		}
		texts := map[string]string{}
		for _, c := range n.Nodes {
			texts[c.XMLName.Local] = strings.TrimSpace(c.Text)
		}
		out = append(out, texts)
	}
	return out, ""
}

type node struct {
	XMLName xml.Name
	Text    string `xml:",chardata"`
	Nodes   []node `xml:",any"`
}

// errors looks at an error: its status, and the list in which it stands.
func (r reply) errors(format string, statuses ...int) string {
	var codes []string
	if format == "json" {
		list, why := r.list(statuses...)
		if why != "" {
			return why
		}
		for _, e := range list {
			codes = append(codes, string(e["code"]))
			if s, ok := word(e["description"]); !ok || s == "" {
				return "an error without a description: " + short(r.body)
			}
		}
	} else {
		list, why := r.texts("errors", "error", statuses...)
		if why != "" {
			return why
		}
		for _, e := range list {
			codes = append(codes, e["code"])
			if e["description"] == "" {
				return "an error without a description: " + short(r.body)
			}
		}
	}
	if len(codes) == 0 {
		return "an empty list of errors"
	}
	for _, c := range codes {
		if n, err := strconv.Atoi(c); err != nil || !slices.Contains(statuses, n) {
			return fmt.Sprintf("the error's code is %s, the status %d", c, r.status)
		}
	}
	return ""
}

// word reads a JSON string.
func word(raw json.RawMessage) (string, bool) {
	var s string
	ok := len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil
	return s, ok
}
