package cli

import (
	"context"
	"flag"
	"fmt"

	"gongzhi/internal/house"
	"gongzhi/internal/text"
)

// refold verifies every chain, throws the docket away and folds it again. Stop the server first.
func refold(c *call) int {
	flags := flag.NewFlagSet("refold", flag.ContinueOnError)
	var at place
	at.flags(flags)
	if _, fine := c.parse(flags); !fine {
		return unusable
	}
	var n int
	var folding bool
	err := at.within(func(ctx context.Context, h *house.House) (err error) {
		folding = true
		n, err = h.Desk.Refold(ctx)
		return err
	})
	switch {
	case err != nil && folding:
		c.refuse(text.Key("cli.refold.failed", "Why", err.Error()))
		return no
	case err != nil:
		return c.failed("", err)
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.refold.done", "N", n)))
	return ok
}
