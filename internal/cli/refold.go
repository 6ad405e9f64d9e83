package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"

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
	ctx := context.Background()
	h, err := at.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return c.failed("", err)
	}
	n, err := h.Desk.Refold(ctx)
	if err := errors.Join(err, h.Close()); err != nil {
		c.refuse(text.Key("cli.refold.failed", "Why", err.Error()))
		return no
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.refold.done", "N", n)))
	return ok
}
