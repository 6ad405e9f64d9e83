package open311

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/http"
	"strings"
	"time"

	"gongzhi/internal/fault"
	"gongzhi/internal/text"
)

// answer is what a route gives: a value for XML, and the bare value for JSON.
type answer struct {
	status int // 0 is 200
	xml    any
	json   any
}

// problem is an error of the specification's own.
type problem struct {
	status int
	words  text.Words
}

func (p *problem) Error() string { return p.words.Key }

func wrong(status int, key string, pairs ...any) error {
	return &problem{status, text.Key("open311."+key, pairs...)}
}

type oneError struct {
	Code        int    `xml:"code" json:"code"`
	Description string `xml:"description" json:"description"`
}

type errorList struct {
	XMLName xml.Name   `xml:"errors"`
	List    []oneError `xml:"error"`
}

// fault turns an error into the list that the specification wants. A fault of ours is said plainly, and only in the log
// what it was.
func (d *Door) fault(r *http.Request, c *call, err error) answer {
	var p *problem
	list := []oneError{}
	no, refused := fault.As(err)
	switch {
	case errors.As(err, &p):
		list = append(list, oneError{p.status, c.say(p.words)})
	case refused:
		status := http.StatusBadRequest
		switch no.Kind {
		case fault.SignIn, fault.Denied:
			status = http.StatusForbidden
		case fault.NotFound:
			status = http.StatusNotFound
		case fault.Unavailable:
			status = http.StatusServiceUnavailable
		case fault.Invalid, fault.Closed, fault.Conflict, fault.TooLarge, fault.Unsupported, fault.TooMany:
		}
		for _, f := range no.Fields {
			list = append(list, oneError{status, f.Name + ": " + c.say(text.Words{Key: f.Code, Args: f.Args})})
		}
		if len(list) == 0 {
			list = append(list, oneError{status, c.say(text.Words{Key: no.Code, Args: no.Args})})
		}
	default:
		d.Log.Error("request failed", "path", r.URL.Path, "error", err)
		list = append(list, oneError{http.StatusInternalServerError, c.say(text.Key("open311.broken"))})
	}
	return answer{list[0].Code, errorList{List: list}, list}
}

func (d *Door) write(w http.ResponseWriter, c *call, a answer) {
	var buf bytes.Buffer
	kind := "text/xml; charset=utf-8"
	var err error
	if c.json {
		kind = "application/json; charset=utf-8"
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		err = enc.Encode(a.json)
	} else {
		buf.WriteString(xml.Header)
		err = xml.NewEncoder(&buf).Encode(a.xml)
	}
	if err != nil {
		d.Log.Error("answer not encoded", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Allow-Origin", "*") // reading is for anyone, and writing needs a key
	if a.status == 0 {
		a.status = http.StatusOK
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(buf.Bytes()) // the caller may have gone
}

// list splits what was given as "a, b,c", once or several times.
func list(given ...string) (out []string) {
	for _, x := range strings.Split(strings.Join(given, ","), ",") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

// maybe is a text that need not be there: an empty element in XML, and null in JSON, which follows the XML one to one.
type maybe string

// MarshalJSON writes the text, or null.
func (m maybe) MarshalJSON() ([]byte, error) {
	if m == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(m))
}

// degrees is a number as it is written, or nothing.
type degrees string

// MarshalJSON writes the number, or null.
func (d degrees) MarshalJSON() ([]byte, error) {
	if d == "" {
		return []byte("null"), nil
	}
	return []byte(d), nil
}

// instant reads an instant of ISO 8601 with its zone, as the W3C's note has it: with seconds or without.
func instant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04Z07:00", s)
	}
	return t, err
}
