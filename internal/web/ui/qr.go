package ui

import (
	"fmt"
	"strings"

	qr "rsc.io/qr"
)

// qrPath draws a code as the path of an SVG and gives its side in modules, with the quiet zone of four around it that
// scanners need. Level M survives a notice board. ok is false when the address is too long for any code.
func qrPath(address string) (path string, side int, ok bool) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return "", 0, false
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			run := 1
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+4, y+4, run, run)
			x += run
		}
	}
	return b.String(), code.Size + 8, true
}
