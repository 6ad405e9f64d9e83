package open311

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// discovery finds the endpoint.
func (k *checking) discovery() {
	at := strings.TrimSuffix(strings.TrimSuffix(k.URL, ".xml"), ".json")
	tries := []string{at}
	if !strings.HasSuffix(at, "/discovery") {
		at = strings.TrimSuffix(at, "/")
		tries = []string{at + "/discovery", at + "/open311/discovery"}
	}
	var d discovered
	var r reply
	for _, try := range tries {
		k.base = try
		if r = k.get("json", ""); r.err == nil && r.status == http.StatusOK {
			break
		}
	}
	why := r.fits("json", http.StatusOK)
	if why == "" {
		if err := json.Unmarshal(r.body, &d); err != nil {
			why = "no discovery: " + err.Error()
		} else {
			why = d.faults()
		}
	}
	k.see("discovery_json", why)
	r = k.get("xml", "")
	var x discovered
	if why = r.fits("xml", http.StatusOK); why == "" {
		if err := xml.Unmarshal(r.body, &x); err != nil {
			why = "no discovery: " + err.Error()
		} else if why = x.faults(); why == "" && len(d.Endpoints) > 0 && x.Endpoints[0].URL != d.Endpoints[0].URL {
			why = fmt.Sprintf("it names %s, the JSON one %s", x.Endpoints[0].URL, d.Endpoints[0].URL)
		}
	}
	k.see("discovery_xml", why)
	k.base = strings.TrimSuffix(at, "/discovery")
	for _, e := range append(d.Endpoints, x.Endpoints...) {
		if e.Specification == Spec {
			k.base = strings.TrimSuffix(e.URL, "/")
			return
		}
	}
}

func (d discovered) faults() string {
	i := slices.IndexFunc(d.Endpoints, func(e endpoint) bool { return e.Specification == Spec })
	switch {
	case i < 0:
		return "no endpoint for " + Spec
	case d.Endpoints[i].URL == "":
		return "the endpoint has no url"
	case d.Changeset == "" || d.Endpoints[i].Changeset == "":
		return "there is no changeset"
	case d.Contact == "" || d.KeyService == "":
		return "there is no contact or key_service"
	case d.Endpoints[i].Type != "production" && d.Endpoints[i].Type != "test":
		return fmt.Sprintf("the endpoint's type is %q, want production or test", d.Endpoints[i].Type)
	case !slices.Contains(d.Endpoints[i].Formats, "text/xml"):
		return fmt.Sprintf("the endpoint's formats are %v, without text/xml", d.Endpoints[i].Formats)
	}
	return ""
}

// dated tells whether a text is an instant of ISO 8601 with its zone.
func dated(s string) bool {
	_, err := instant(s)
	return err == nil
}

func (k *checking) services() {
	list, why := k.get("json", "/services").list(http.StatusOK)
	for _, s := range list {
		if why == "" {
			why = serviceFault(s)
		}
	}
	if why == "" && len(list) == 0 {
		why = "no services"
	}
	k.see("services_json", why)
	k.listed = list
	texts, why := k.get("xml", "/services").texts("services", "service", http.StatusOK)
	if why == "" {
		why = same(list, texts, "service_code", "service_name", "description", "metadata", "type", "group")
	}
	k.see("services_xml", why)
	k.see("services_jurisdiction", k.get("json", "/services", "jurisdiction_id", "nowhere.example").errors("json", http.StatusNotFound))
	k.see("services_jurisdiction_xml", k.get("xml", "/services", "jurisdiction_id", "nowhere.example").errors("xml", http.StatusNotFound))
}

func serviceFault(s map[string]json.RawMessage) string {
	for _, key := range []string{"service_code", "service_name", "type"} {
		if v, ok := word(s[key]); !ok || v == "" {
			return fmt.Sprintf("%s is %s, want words", key, s[key])
		}
	}
	if m := string(s["metadata"]); m != "true" && m != "false" {
		return fmt.Sprintf("metadata is %s, want true or false", m)
	}
	if t, _ := word(s["type"]); !slices.Contains([]string{"realtime", "batch", "blackbox"}, t) {
		return fmt.Sprintf("type is %q", t)
	}
	return ""
}

// same compares what two lists say under some keys.
func same(list []map[string]json.RawMessage, texts []map[string]string, keys ...string) string {
	if len(list) != len(texts) {
		return fmt.Sprintf("%d entries, %d in JSON", len(texts), len(list))
	}
	for i, x := range list {
		for _, key := range keys {
			if v := plain(x[key]); v != texts[i][key] {
				return fmt.Sprintf("entry %d has %s %q, in JSON %q", i+1, key, texts[i][key], v)
			}
		}
	}
	return ""
}

// plain is a JSON value as XML would say it: words without their quotes, and nothing for null.
func plain(raw json.RawMessage) string {
	if s, ok := word(raw); ok {
		return strings.Join(strings.Fields(s), " ")
	}
	if string(raw) == "null" {
		return ""
	}
	return string(raw)
}

// definitionsTried is how many definitions are read at most.
const definitionsTried = 20

func (k *checking) definitions() {
	var codes []string
	for _, s := range k.listed {
		if code, _ := word(s["service_code"]); string(s["metadata"]) == "true" && len(codes) < definitionsTried {
			codes = append(codes, code)
		}
	}
	if len(codes) > 0 {
		asJSON, asXML := "", ""
		for _, code := range codes {
			d, why := k.defined(code)
			if asJSON == "" && why != "" {
				asJSON = code + ": " + why
			}
			if asXML != "" {
				continue
			}
			if why = k.definedAlike(code, d); why != "" {
				asXML = code + ": " + why
			}
		}
		k.see("definition_json", asJSON)
		k.see("definition_xml", asXML)
		for _, format := range []string{"json", "xml"} {
			k.see("definition_jurisdiction_"+format, k.get(format, "/services/"+url.PathEscape(codes[0]), "jurisdiction_id", "nowhere.example").errors(format, http.StatusNotFound))
		}
	}
	for _, format := range []string{"json", "xml"} {
		k.see("definition_unknown_"+format, k.get(format, "/services/no-such-service-311").errors(format, http.StatusNotFound))
	}
}

// asked is a definition as JSON has it, with what may be missing told from what is false.
type asked struct {
	Code       string `json:"service_code"`
	Attributes []struct {
		Variable *bool   `json:"variable"`
		Code     string  `json:"code"`
		Datatype string  `json:"datatype"`
		Required *bool   `json:"required"`
		Order    *int    `json:"order"`
		Values   []value `json:"values"`
	} `json:"attributes"`
}

// defined reads the definition of a service and tells what is wrong with it.
func (k *checking) defined(code string) (d asked, why string) {
	r := k.get("json", "/services/"+url.PathEscape(code))
	if why = r.fits("json", http.StatusOK); why != "" {
		return d, why
	}
	if err := json.Unmarshal(r.body, &d); err != nil {
		return d, "no definition: " + err.Error()
	}
	switch {
	case d.Code != code:
		return d, fmt.Sprintf("service_code is %q, want %q", d.Code, code)
	case len(d.Attributes) == 0:
		return d, "metadata is true, and there are no attributes"
	}
	places := map[int]string{}
	for _, a := range d.Attributes {
		if a.Code == "" || a.Variable == nil || a.Required == nil || a.Order == nil {
			return d, fmt.Sprintf("attribute %q lacks code, variable, required or order", a.Code)
		}
		other, taken := places[*a.Order]
		places[*a.Order] = a.Code
		switch {
		case *a.Order < 1 || taken:
			return d, fmt.Sprintf("attribute %q is of order %d, want one from 1 on that no other has (%q)", a.Code, *a.Order, other)
		case !slices.Contains(datatypes, a.Datatype):
			return d, fmt.Sprintf("attribute %q is of %q", a.Code, a.Datatype)
		case strings.HasSuffix(a.Datatype, "list") && len(a.Values) == 0:
			return d, fmt.Sprintf("attribute %q has no values to choose from", a.Code)
		}
		for i, v := range a.Values {
			if v.Key == "" || v.Name == "" || slices.ContainsFunc(a.Values[:i], func(w value) bool { return w.Key == v.Key }) {
				return d, fmt.Sprintf("value %d of attribute %q has no key of its own, or no name", i+1, a.Code)
			}
		}
	}
	return d, ""
}

var datatypes = []string{"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}

// definedAlike compares the XML of a definition with the JSON.
func (k *checking) definedAlike(code string, d asked) string {
	r := k.get("xml", "/services/"+url.PathEscape(code))
	if why := r.fits("xml", http.StatusOK); why != "" {
		return why
	}
	var x definition
	if err := xml.Unmarshal(r.body, &x); err != nil {
		return "no definition: " + err.Error()
	}
	if x.Code != d.Code || len(x.Attributes) != len(d.Attributes) {
		return fmt.Sprintf("service_code %q with %d attributes, in JSON %q with %d", x.Code, len(x.Attributes), d.Code, len(d.Attributes))
	}
	for i, a := range x.Attributes {
		if b := d.Attributes[i]; a.Code != b.Code || a.Datatype != b.Datatype || b.Order != nil && a.Order != *b.Order || len(a.Values) != len(b.Values) {
			return fmt.Sprintf("attribute %q differs from %q of the JSON", a.Code, b.Code)
		}
	}
	return ""
}
