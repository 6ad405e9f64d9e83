package forbidigo

import "time"

type clock struct{}

func (clock) Now() time.Time { return time.Time{} }

func f(c clock) (time.Time, time.Duration) {
	now := time.Now // want "forbidigo: "
	_ = now
	return c.Now(), time.Since(time.Time{}) // want "forbidigo: "
}
