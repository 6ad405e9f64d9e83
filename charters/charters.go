// Package charters holds the charters that come with the program, so that the binary alone can serve one.
package charters

import (
	"embed"
	"io/fs"
)

//go:embed all:linshanzhai
var files embed.FS

// Linshanzhai is the charter of the founding subdistrict.
func Linshanzhai() fs.FS {
	sub, err := fs.Sub(files, "linshanzhai")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
