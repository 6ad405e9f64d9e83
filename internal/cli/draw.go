package cli

import (
	"flag"
	"fmt"
	"strings"

	"gongzhi/internal/text"
)

// draw prints a method as SVG. A charter with findings can be drawn: seeing it is often how they are understood.
func draw(c *call) int {
	words, fine := c.parse(flag.NewFlagSet("draw", flag.ContinueOnError))
	if !fine {
		return unusable
	}
	_, loaded, _, err := c.load(words, 2)
	if err != nil {
		return unusable
	}
	m, found := loaded.Method(words[1])
	if !found {
		list := text.Plain(strings.Join(loaded.MethodKeys(), ", "))
		return c.refuse(text.Key("cli.draw.no_method", "Method", words[1], "Methods", list))
	}
	if _, err := fmt.Fprintln(c.out, loaded.Draw(m, c.lang)); err != nil {
		return c.failed(words[0], err)
	}
	return ok
}
