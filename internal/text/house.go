package text

import (
	"embed"
	"io/fs"
	"sync"
)

//go:embed house/*.yaml
var embedded embed.FS

var (
	houseFolder = func() fs.FS {
		sub, err := fs.Sub(embedded, "house")
		if err != nil {
			panic(err) // the folder is embedded above
		}
		return sub
	}()
	houseLayer = sync.OnceValues(func() (layer, error) { return readLayer(houseFolder) })
)

// House is the folder of words that Gongzhi itself brings: buttons, states, refusals.
func House() fs.FS { return houseFolder }

// Original is what the house itself says under a key, its plural forms one below the other; known is false where it says
// nothing.
func Original(l Lang, key string) (said string, known bool) {
	house, err := houseLayer()
	m := house.messages[l][key]
	if err != nil || m == nil {
		return "", false
	}
	if m.One != "" {
		return m.One + "\n" + m.Other, true
	}
	return m.Other, true
}
