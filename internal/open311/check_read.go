package open311

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
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
	case !dated(d.Changeset) || !dated(d.Endpoints[i].Changeset):
		return "a changeset is no ISO 8601 instant with its zone"
	case !slices.Contains([]string{"production", "test", "dev"}, d.Endpoints[i].Type):
		return fmt.Sprintf("the endpoint's type is %q", d.Endpoints[i].Type)
	case len(d.Endpoints[i].Formats) == 0:
		return "the endpoint names no formats"
	}
	return ""
}

// dated tells whether a text is an instant of ISO 8601 with its zone.
func dated(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
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
		why = same("service_code", list, texts)
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

// same compares what two lists say under a key.
func same(key string, list []map[string]json.RawMessage, texts []map[string]string) string {
	if len(list) != len(texts) {
		return fmt.Sprintf("%d entries, %d in JSON", len(texts), len(list))
	}
	for i, x := range list {
		if v, _ := word(x[key]); v != texts[i][key] {
			return fmt.Sprintf("entry %d has %s %q, in JSON %q", i+1, key, texts[i][key], v)
		}
	}
	return ""
}

func (k *checking) definitions() {
	code := ""
	for _, s := range k.listed {
		if string(s["metadata"]) == "true" {
			code, _ = word(s["service_code"])
			break
		}
	}
	if code != "" {
		r := k.get("json", "/services/"+code)
		why := r.fits("json", http.StatusOK)
		var d struct {
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
		switch err := json.Unmarshal(r.body, &d); {
		case why != "":
		case err != nil:
			why = "no definition: " + err.Error()
		case d.Code != code:
			why = fmt.Sprintf("service_code is %q, want %q", d.Code, code)
		case len(d.Attributes) == 0:
			why = "metadata is true, and there are no attributes"
		}
		for _, a := range d.Attributes {
			isList := strings.HasSuffix(a.Datatype, "list")
			switch {
			case why != "":
			case a.Code == "", a.Variable == nil, a.Required == nil, a.Order == nil:
				why = fmt.Sprintf("attribute %q lacks code, variable, required or order", a.Code)
			case !slices.Contains([]string{"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}, a.Datatype):
				why = fmt.Sprintf("attribute %q is of %q", a.Code, a.Datatype)
			case isList && len(a.Values) == 0:
				why = fmt.Sprintf("attribute %q has no values to choose from", a.Code)
			}
		}
		k.see("definition_json", why)
		r = k.get("xml", "/services/"+code)
		var x definition
		if why = r.fits("xml", http.StatusOK); why == "" {
			if err := xml.Unmarshal(r.body, &x); err != nil {
				why = "no definition: " + err.Error()
			} else if x.Code != code || len(x.Attributes) != len(d.Attributes) {
				why = fmt.Sprintf("service_code %q with %d attributes, in JSON %q with %d", x.Code, len(x.Attributes), d.Code, len(d.Attributes))
			}
		}
		k.see("definition_xml", why)
	}
	for _, format := range []string{"json", "xml"} {
		k.see("definition_unknown_"+format, k.get(format, "/services/no-such-service-311").errors(format, http.StatusNotFound))
	}
}
