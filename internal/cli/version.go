package cli

import (
	"fmt"
	"runtime"
)

// Version is set when the program is built.
var Version = "unknown"

func version(c *call) int {
	if _, err := fmt.Fprintf(c.out, "gongzhi %s %s/%s %s\n", Version, runtime.GOOS, runtime.GOARCH, runtime.Version()); err != nil {
		return unusable
	}
	return ok
}
