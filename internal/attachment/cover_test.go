package attachment

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/ledger"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"

	"context"
)

// quarters is a picture of four colours: red, green, blue and white, from the upper left.
func quarters(wide, high int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, wide, high))
	for y := range high {
		for x := range wide {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case x >= wide/2 && y < high/2:
				c = color.RGBA{0, 255, 0, 255}
			case x < wide/2 && y >= high/2:
				c = color.RGBA{0, 0, 255, 255}
			case x >= wide/2:
				c = color.RGBA{255, 255, 255, 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func like(c color.Color) string {
	r, g, b, _ := c.RGBA()
	name := ""
	for _, x := range []struct {
		v    uint32
		name string
	}{{r, "r"}, {g, "g"}, {b, "b"}} {
		if x.v > 0x8000 {
			name += x.name
		}
	}
	return name
}

// empty is a folder of files in a database that has a tenant and nothing else.
func empty(t *testing.T, db *store.DB) *Files {
	t.Helper()
	err := db.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		return ledger.New(1, nil).AddTenant(ctx, tx, "t", "t", tx.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	files, err := Open(1, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestCover(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		files := empty(t, db)
		var raw bytes.Buffer
		if err := png.Encode(&raw, quarters(200, 100)); err != nil {
			t.Fatal(err)
		}
		original, err := files.Put(t.Context(), db, "街角.png", bytes.NewReader(raw.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		made, err := files.Cover(t.Context(), db, 7, "p-1", original.Hash, []Patch{{0, 0, 500, 500}, {900, 900, 500, 500}})
		if err != nil {
			t.Fatal(err)
		}
		if made.Hash == original.Hash || made.Name != "街角.jpg" || made.Type != "image/jpeg" {
			t.Errorf("made %+v", made)
		}
		stored, err := files.Get(t.Context(), db.Read(), made.Hash)
		if err != nil || stored.Public {
			t.Fatalf("%+v %v", stored, err)
		}
		got, err := io.ReadAll(stored)
		if err != nil {
			t.Fatal(err)
		}
		if err := stored.Close(); err != nil {
			t.Fatal(err)
		}
		p, err := jpeg.Decode(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		for at, want := range map[image.Point]string{{X: 50, Y: 25}: "", {X: 150, Y: 25}: "g", {X: 50, Y: 75}: "b", {X: 150, Y: 75}: "rgb", {X: 195, Y: 97}: ""} {
			if c := like(p.At(at.X, at.Y)); c != want {
				t.Errorf("at %v: %q, want %q", at, c, want)
			}
		}
		list, err := files.Covered(t.Context(), db.Read(), 7)
		if err != nil || len(list) != 1 || list[0] != (Copy{made, original.Hash}) {
			t.Errorf("of the matter: %v, %v", list, err)
		}
		if list, err := files.Covered(t.Context(), db.Read(), 8); err != nil || len(list) != 0 {
			t.Errorf("of another: %v, %v", list, err)
		}
		pdf, err := files.Put(t.Context(), db, "扫描.pdf", bytes.NewReader([]byte("%PDF-1.4 x")))
		if err != nil {
			t.Fatal(err)
		}
		for _, hash := range []act.Digest{pdf.Hash, act.Sum(nil)} {
			if _, err := files.Cover(t.Context(), db, 7, "p-1", hash, nil); !fault.Is(err, fault.Unsupported) && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", hash, err)
			}
		}
	})
}

// A photograph that lies on its side is covered where people see it.
func TestCoverUpright(t *testing.T) {
	// Where the four colours stand once the picture is upright, from the upper left, row by row.
	for orientation, want := range map[uint16][4]string{
		1: {"r", "g", "b", "rgb"}, 2: {"g", "r", "rgb", "b"}, 3: {"rgb", "b", "g", "r"}, 4: {"b", "rgb", "r", "g"},
		5: {"r", "b", "g", "rgb"}, 6: {"b", "r", "rgb", "g"}, 7: {"rgb", "g", "b", "r"}, 8: {"g", "rgb", "r", "b"},
	} {
		var raw bytes.Buffer
		if err := jpeg.Encode(&raw, quarters(80, 40), nil); err != nil {
			t.Fatal(err)
		}
		turned := stripped(append(append([]byte{0xff, 0xd8}, exifOf(orientation)...), raw.Bytes()[2:]...))
		if got := orientationOf(turned); got != orientation {
			t.Fatalf("orientation %d is read as %d", orientation, got)
		}
		p := upright(quarters(80, 40), orientation)
		wide, high := p.Bounds().Dx(), p.Bounds().Dy()
		if turned := orientation >= 5; turned != (wide == 40) {
			t.Errorf("orientation %d: %d by %d", orientation, wide, high)
		}
		for i, at := range []image.Point{{wide / 4, high / 4}, {wide * 3 / 4, high / 4}, {wide / 4, high * 3 / 4}, {wide * 3 / 4, high * 3 / 4}} {
			if c := like(p.At(at.X, at.Y)); c != want[i] {
				t.Errorf("orientation %d, quarter %d: %q, want %q", orientation, i, c, want[i])
			}
		}
	}
}
