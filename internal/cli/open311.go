package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"gongzhi/internal/clock"
	"gongzhi/internal/open311"
	"gongzhi/internal/text"
)

// openServer asks a server of Open311 GeoReport v2, ours or anybody's, whether it conforms.
func openServer(c *call) int {
	flags := flag.NewFlagSet("open311", flag.ContinueOnError)
	var s open311.Server
	flags.StringVar(&s.Jurisdiction, "jurisdiction", "", "")
	flags.StringVar(&s.Key, "key", "", "")
	flags.BoolVar(&s.Write, "write", false, "")
	asJSON := flags.Bool("json", false, "")
	words, fine := c.parse(flags)
	if !fine {
		return unusable
	}
	if len(words) != 2 || words[0] != "check" {
		return c.refuse(text.Key("cli.open311.usage"))
	}
	s.URL, s.Now = words[1], clock.System.Now()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	found := open311.Check(ctx, s)
	passed := 0
	for _, r := range found {
		if r.OK {
			passed++
		}
	}
	if *asJSON {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(found); err != nil {
			return c.failed("", err)
		}
	} else {
		for _, r := range found {
			line := text.Key("cli.open311.passed", "Check", text.Key("open311.check."+r.Code))
			if !r.OK {
				line = text.Key("cli.open311.failed", "Check", text.Key("open311.check."+r.Code), "Why", r.Why)
			}
			fmt.Fprintln(c.out, c.say(line))
		}
		fmt.Fprintln(c.out, c.say(text.Key("cli.open311.count", "N", len(found), "Passed", passed)))
	}
	if passed < len(found) {
		return no
	}
	return ok
}
