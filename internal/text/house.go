package text

import (
	"embed"
	"io/fs"
)

//go:embed house/*.yaml
var house embed.FS

// House is the folder of words that Gongzhi itself brings: buttons, states, refusals.
func House() fs.FS {
	sub, err := fs.Sub(house, "house")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
