package web

// Shown is a route as tests see it.
type Shown struct{ Pattern, Audience string }

// Routes lists every route with its audience.
func Routes() []Shown {
	names := map[audience]string{anyone: "anyone", signedIn: "signedIn", atDesk: "atDesk", sealers: "sealers", auditors: "auditors", admins: "admins"}
	var out []Shown
	for _, rt := range (&Site{}).routes() {
		out = append(out, Shown{rt.pattern, names[rt.audience]})
	}
	return out
}
