package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"

	"gongzhi/internal/text"
)

// rekey changes the key of the vault, also while the server runs. Broken off, it goes on when it is run again.
func rekey(c *call) int {
	flags := flag.NewFlagSet("rekey", flag.ContinueOnError)
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
	last := 0
	n, err := h.Rekey(ctx, func(moved int) {
		if moved/1000 > last/1000 {
			fmt.Fprintln(c.err, c.say(text.Key("cli.rekey.so_far", "N", moved)))
		}
		last = moved
	})
	if err := errors.Join(err, h.Close()); err != nil {
		c.refuse(text.Key("cli.rekey.failed", "Why", err.Error()))
		return no
	}
	fmt.Fprintln(c.out, c.say(text.Key("cli.rekey.done", "N", n)))
	return ok
}
