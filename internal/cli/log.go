package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/house"
	"gongzhi/internal/text"
)

// publicLog prints the signed checkpoint, changes the key, and takes witnesses and what they have signed.
func publicLog(c *call) int {
	flags := flag.NewFlagSet("log", flag.ContinueOnError)
	var at place
	at.flags(flags)
	lost := flags.Bool("lost", false, "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if err := at.within(func(ctx context.Context, h *house.House) error { return c.publicLog(ctx, h, words, *lost) }); err != nil {
		return c.failed("", err)
	}
	return ok
}

func (c *call) publicLog(ctx context.Context, h *house.House, words []string, lost bool) error {
	switch {
	case len(words) == 0:
		for n := int64(1); n > 0; { // whatever waited while the server was down
			var err error
			if n, err = h.PublicLog.Integrate(ctx); err != nil {
				return err
			}
		}
		signed, err := h.PublicLog.Checkpoint(ctx, h.Store.Read())
		fmt.Fprint(c.out, signed)
		return err
	case words[0] == "key" && len(words) == 1:
		given, err := h.ChangeLogKey(ctx, act.By{Role: act.HouseItself}, lost)
		if err == nil {
			fmt.Fprintln(c.out, c.say(text.Key("cli.log.changed", "Key", given.Key)))
		}
		return err
	case words[0] == "witness" && len(words) == 2:
		return h.AddWitness(words[1])
	case words[0] == "cosign" && len(words) == 2:
		signed, err := c.file(words[1])
		if err != nil {
			return err
		}
		witnesses, err := h.Witnesses()
		if err != nil {
			return err
		}
		kept, err := h.PublicLog.Cosigned(ctx, signed, witnesses)
		for _, w := range kept {
			fmt.Fprint(c.out, w.Line)
		}
		return err
	}
	return fault.Refuse(fault.Invalid, "cli.log.usage", fault.Basis{}, nil)
}

// file reads a file, or what comes in where its name is "-".
func (c *call) file(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(c.in)
	}
	return os.ReadFile(name)
}
