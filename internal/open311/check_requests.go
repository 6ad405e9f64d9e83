package open311

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// requestFault looks at one service request of a list.
func requestFault(q map[string]json.RawMessage) string {
	for _, key := range []string{"service_request_id", "service_code", "status"} {
		if v, ok := word(q[key]); !ok || v == "" {
			return fmt.Sprintf("%s is %s, want words", key, q[key])
		}
	}
	if s, _ := word(q["status"]); s != "open" && s != "closed" {
		return fmt.Sprintf("status is %q", s)
	}
	for _, key := range []string{"requested_datetime", "updated_datetime", "expected_datetime"} {
		raw := string(q[key])
		if s, ok := word(q[key]); ok && s != "" && !dated(s) || !ok && raw != "" && raw != "null" {
			return fmt.Sprintf("%s is %s, want ISO 8601 with its zone", key, raw)
		}
	}
	if s, _ := word(q["requested_datetime"]); s == "" {
		return "there is no requested_datetime"
	}
	for _, key := range []string{"lat", "long"} {
		var n json.Number
		if raw := q[key]; len(raw) > 0 && string(raw) != "null" && (raw[0] == '"' || json.Unmarshal(raw, &n) != nil) {
			return fmt.Sprintf("%s is %s, want a number", key, raw)
		}
	}
	return ""
}

func (k *checking) requests() {
	list, why := k.get("json", "/requests").list(http.StatusOK)
	oldest := k.Now.Add(-window - 24*time.Hour)
	for _, q := range list {
		if why != "" {
			break
		}
		why = requestFault(q)
		if at, _ := word(q["requested_datetime"]); why == "" && instantOf(at).Before(oldest) && !k.Now.IsZero() {
			why = fmt.Sprintf("one of %s, which is more than 90 days ago", at)
		}
	}
	if why == "" && len(list) > most {
		why = fmt.Sprintf("%d requests, want %d at most", len(list), most)
	}
	k.see("requests_json", why)
	k.reports = list
	texts, why := k.get("xml", "/requests").texts("service_requests", "request", http.StatusOK)
	if why == "" {
		why = same(list, texts, "service_request_id", "status", "service_code", "requested_datetime", "updated_datetime", "expected_datetime")
	}
	k.see("requests_xml", why)
	for _, format := range []string{"json", "xml"} {
		k.see("requests_jurisdiction_"+format, k.get(format, "/requests", "jurisdiction_id", "nowhere.example").errors(format, http.StatusNotFound))
	}
}

func instantOf(s string) time.Time {
	t, _ := instant(s) // looked at before
	return t
}

// like compares a list with another that was asked for in other words.
func (k *checking) like(code string, want []map[string]json.RawMessage, query ...string) {
	list, why := k.get("json", "/requests", query...).list(http.StatusOK)
	if got := idsOf(list); why == "" && !slices.Equal(got, idsOf(want)) {
		why = fmt.Sprintf("%d requests, want the same %d", len(got), len(want))
	}
	k.see(code, why)
}

func idsOf(list []map[string]json.RawMessage) (out []string) {
	for _, q := range list {
		id, _ := word(q["service_request_id"])
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// all tells what is wrong with a list that was filtered.
func (k *checking) all(code string, fine func(map[string]json.RawMessage) string, query ...string) {
	list, why := k.get("json", "/requests", query...).list(http.StatusOK)
	for _, q := range list {
		if why == "" {
			why = fine(q)
		}
	}
	k.see(code, why)
}

func (k *checking) filters() {
	status := func(want string) func(map[string]json.RawMessage) string {
		return func(q map[string]json.RawMessage) string {
			if s, _ := word(q["status"]); s != want {
				return fmt.Sprintf("one that is %s", s)
			}
			return ""
		}
	}
	k.all("filter_open", status("open"), "status", "open")
	k.all("filter_closed", status("closed"), "status", "closed")
	k.all("filter_both", requestFault, "status", "open,closed")
	var codes []string
	for _, s := range k.listed[:min(2, len(k.listed))] {
		c, _ := word(s["service_code"])
		codes = append(codes, c)
	}
	if len(codes) > 0 {
		k.all("filter_service", func(q map[string]json.RawMessage) string {
			if c, _ := word(q["service_code"]); !slices.Contains(codes, c) {
				return fmt.Sprintf("one of the service %s", c)
			}
			return ""
		}, "service_code", strings.Join(codes, ","))
	}
	if len(k.reports) > 0 {
		newest, _ := word(k.reports[0]["requested_datetime"])
		at := instantOf(newest)
		from, until := at.Add(-time.Hour), at.Add(time.Hour)
		k.all("filter_dates", func(q map[string]json.RawMessage) string {
			s, _ := word(q["requested_datetime"])
			if t := instantOf(s); t.Before(from.Add(-time.Second)) || t.After(until.Add(time.Second)) {
				return "one of " + s
			}
			return ""
		}, "start_date", from.Format(time.RFC3339), "end_date", until.Format(time.RFC3339))
	}
	k.like("optional_empty", k.reports, "service_code", "", "status", "", "start_date", "", "end_date", "", "service_request_id", "")
	both, why := k.get("json", "/requests", "status", "open,closed").list(http.StatusOK)
	if why == "" {
		k.like("filter_repeated", both, "status", "open", "status", "closed")
	}
	k.window()
	k.see("date_wrong", k.get("json", "/requests", "start_date", "yesterday").errors("json", http.StatusBadRequest))
	k.see("date_wrong_xml", k.get("xml", "/requests", "start_date", "yesterday").errors("xml", http.StatusBadRequest))
}

// window asks for the year before the newest request: that is refused, or cut to ninety days.
func (k *checking) window() {
	var end time.Time
	for _, q := range k.reports {
		s, _ := word(q["requested_datetime"])
		if at := instantOf(s); at.After(end) {
			end = at
		}
	}
	if end.IsZero() {
		return
	}
	r := k.get("json", "/requests", "start_date", end.AddDate(-1, 0, 0).Format(time.RFC3339), "end_date", end.Format(time.RFC3339))
	if r.err == nil && r.status == http.StatusBadRequest {
		k.see("window", r.errors("json", http.StatusBadRequest))
		return
	}
	list, why := r.list(http.StatusOK)
	var first, last time.Time
	for _, q := range list {
		s, _ := word(q["requested_datetime"])
		at := instantOf(s)
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	if why == "" && last.Sub(first) > window+24*time.Hour {
		why = fmt.Sprintf("requests from %s to %s at once, which is more than 90 days", first.Format(time.DateOnly), last.Format(time.DateOnly))
	}
	k.see("window", why)
}

func (k *checking) single() {
	var ids []string
	for _, q := range k.reports[:min(2, len(k.reports))] {
		id, _ := word(q["service_request_id"])
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		list, why := k.get("json", "/requests/"+url.PathEscape(ids[0])).list(http.StatusOK)
		if why == "" && len(list) != 1 {
			why = fmt.Sprintf("%d entries, want 1", len(list))
		}
		if why == "" {
			if id, _ := word(list[0]["service_request_id"]); id != ids[0] {
				why = fmt.Sprintf("it is %s, want %s", list[0]["service_request_id"], ids[0])
			}
		}
		k.see("request_json", why)
		texts, why := k.get("xml", "/requests/"+url.PathEscape(ids[0])).texts("service_requests", "request", http.StatusOK)
		if why == "" && (len(texts) != 1 || texts[0]["service_request_id"] != ids[0]) {
			why = fmt.Sprintf("not the one of %s", ids[0])
		}
		k.see("request_xml", why)
		list, why = k.get("json", "/requests", "service_request_id", strings.Join(ids, ",")).list(http.StatusOK)
		var got []string
		for _, q := range list {
			id, _ := word(q["service_request_id"])
			got = append(got, id)
		}
		slices.Sort(got)
		want := slices.Sorted(slices.Values(ids))
		if why == "" && !slices.Equal(got, want) {
			why = fmt.Sprintf("%v, want %v", got, want)
		}
		k.see("request_ids", why)
		other := map[string]string{"open": "closed", "closed": "open"}
		status, _ := word(k.reports[0]["status"])
		k.like("request_ids_override", k.reports[:1], "service_request_id", ids[0], "status", other[status], "service_code", "no-such-service-311")
	}
	for _, format := range []string{"json", "xml"} {
		k.see("request_unknown_"+format, k.get(format, "/requests/999999999999").errors(format, http.StatusNotFound))
	}
	k.see("token_unknown", k.get("json", "/tokens/no-such-token-311").errors("json", http.StatusNotFound))
}

// writing tries what has to be refused and, where a key allows it, what has to be taken.
func (k *checking) writing() {
	code := ""
	if len(k.listed) > 0 {
		code, _ = word(k.listed[0]["service_code"])
	}
	required := k.required(code)
	form := func(pairs ...string) url.Values {
		v := url.Values{"service_code": {code}, "address_string": {"Open311 check"}, "description": {"Open311 check"}}
		maps.Copy(v, required)
		for i := 0; i+1 < len(pairs); i += 2 {
			if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
				v.Del(pairs[i])
			}
		}
		return v
	}
	for _, format := range []string{"json", "xml"} {
		k.see("post_no_key_"+format, k.postForm(format, form()).errors(format, http.StatusForbidden))
		k.see("post_bad_key_"+format, k.postForm(format, form("api_key", "no-such-key-311")).errors(format, http.StatusForbidden))
	}
	if k.Key == "" {
		return
	}
	k.see("post_no_service", k.postForm("json", form("api_key", k.Key, "service_code", "")).errors("json", http.StatusBadRequest))
	k.see("post_unknown_service", k.postForm("json", form("api_key", k.Key, "service_code", "no-such-service-311")).errors("json", http.StatusNotFound))
	k.see("post_no_place", k.postForm("json", form("api_key", k.Key, "address_string", "")).errors("json", http.StatusBadRequest))
	if !k.Write {
		return
	}
	list, why := k.postForm("json", form("api_key", k.Key)).list(http.StatusOK, http.StatusCreated)
	id := ""
	if why == "" {
		if len(list) != 1 {
			why = fmt.Sprintf("%d entries, want 1", len(list))
		} else if id, _ = word(list[0]["service_request_id"]); id == "" && list[0]["token"] == nil {
			why = "neither service_request_id nor token"
		}
	}
	k.see("post_json", why)
	if id != "" {
		list, why = k.get("json", "/requests/"+url.PathEscape(id)).list(http.StatusOK)
		if why == "" {
			if len(list) != 1 {
				why = fmt.Sprintf("%d entries, want 1", len(list))
			} else if s, _ := word(list[0]["status"]); s != "open" {
				why = fmt.Sprintf("it is %s", s)
			}
		}
		k.see("post_readable", why)
	}
	var texts []map[string]string
	for _, at := range k.places() {
		texts, why = k.postForm("xml", form("api_key", k.Key, "lat", at.lat, "long", at.long, "address_string", "")).texts("service_requests", "request", http.StatusOK, http.StatusCreated)
		if why == "" {
			break
		}
	}
	if why == "" && (len(texts) != 1 || texts[0]["service_request_id"] == "" && texts[0]["token"] == "") {
		why = "neither service_request_id nor token"
	}
	k.see("post_xml", why)
}

// required answers whatever a service asks of every request.
func (k *checking) required(code string) url.Values {
	out := url.Values{}
	if k.Key == "" {
		return out
	}
	d, _ := k.defined(code) // what is wrong with it was said before
	for _, a := range d.Attributes {
		switch {
		case a.Required == nil || !*a.Required:
		case len(a.Values) > 0:
			out.Set("attribute["+a.Code+"]", a.Values[0].Key)
		case a.Datatype == "number":
			out.Set("attribute["+a.Code+"]", "1")
		case a.Datatype == "datetime":
			out.Set("attribute["+a.Code+"]", "2026-03-02T09:00:00+08:00")
		default:
			out.Set("attribute["+a.Code+"]", "Open311 check")
		}
	}
	return out
}

type latLong struct{ lat, long string }

// placesTried is how many places are tried at most.
const placesTried = 4

// places are some that the server may take: those of requests it has, and one of our own. A server may serve no other place on
// earth than its own, and have requests from before it minded.
func (k *checking) places() (out []latLong) {
	for _, q := range k.reports {
		var y, x json.Number
		if json.Unmarshal(q["lat"], &y) != nil || json.Unmarshal(q["long"], &x) != nil || y == "" || x == "" {
			continue
		}
		if at := (latLong{y.String(), x.String()}); !slices.Contains(out, at) && len(out) < placesTried-1 {
			out = append(out, at)
		}
	}
	return append(out, latLong{"34.748", "113.612"})
}
