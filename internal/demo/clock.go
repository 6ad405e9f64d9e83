package demo

import (
	"sync"
	"time"

	"gongzhi/internal/clock"
)

// stepped stands where it is set until it is released; from then on it is the clock behind it.
type stepped struct {
	mu   sync.Mutex
	at   time.Time // zero once it is released
	then clock.Clock
}

// Now tells the instant.
func (c *stepped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return c.then.Now()
	}
	return c.at
}

func (c *stepped) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at.UTC()
}

func (c *stepped) release() { c.set(time.Time{}) }
