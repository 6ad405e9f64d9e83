package web

import "time"

// Shown is a route as tests see it.
type Shown struct{ Pattern, Audience string }

// Routes lists every route with its audience.
func Routes() []Shown {
	names := map[audience]string{anyone: "anyone", byMethod: "byMethod", known: "known", signedIn: "signedIn", atDesk: "atDesk", sealers: "sealers", auditors: "auditors", admins: "admins"}
	var out []Shown
	for _, rt := range (&Site{}).routes() {
		out = append(out, Shown{rt.pattern, names[rt.audience]})
	}
	return out
}

// Busy is a site at which all long work waits until it is let go.
func Busy(c Config) (s *Site, release func()) {
	s = New(c)
	s.jobs.patience = 20 * time.Millisecond
	for _, slot := range s.jobs.slots {
		for range cap(slot) {
			slot <- struct{}{}
		}
	}
	return s, func() {
		for _, slot := range s.jobs.slots {
			for range cap(slot) {
				<-slot
			}
		}
	}
}
