package attachment

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // pictures may be PNG
	"io"
	"strings"

	_ "golang.org/x/image/webp" // and WebP

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

var (
	addCovered = queries.Get("add-covered")
	coveredOf  = queries.Get("covered")
)

// Patch is a part of a picture that is covered, in thousandths of its width and height from the upper left corner, as people
// see the picture.
type Patch struct{ X, Y, Wide, High int }

const (
	mostPixels     = 60_000_000 // of a picture that is covered; a small file may hold a picture that fills the memory
	coveredQuality = 85
)

// Cover makes a copy of a picture in which patches are black. The copy is drawn anew: nothing of what lies beneath is in it,
// and nothing that a camera wrote. It stands beside the original as one of a matter; neither is public by that. It refuses what
// is no picture that can be drawn.
func (f *Files) Cover(ctx context.Context, db *store.DB, matter act.Matter, who act.Person, original act.Digest, patches []Patch) (step.File, error) {
	stored, err := f.Get(ctx, db.Read(), original)
	if err != nil {
		return step.File{}, err
	}
	raw, err := io.ReadAll(stored)
	if cerr := stored.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return step.File{}, fmt.Errorf("attachment: %w", err)
	}
	no := fault.Refuse(fault.Unsupported, "file.cover", fault.Basis{}, fault.Args{"Name": stored.Name})
	head, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || head.Width*head.Height > mostPixels {
		return step.File{}, no
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return step.File{}, no
	}
	drawn := upright(picture, orientationOf(raw))
	b := drawn.Bounds()
	for _, p := range patches {
		// What is covered in part is covered whole: the edges go outwards.
		r := image.Rect(p.X*b.Dx()/1000, p.Y*b.Dy()/1000, ((p.X+p.Wide)*b.Dx()+999)/1000, ((p.Y+p.High)*b.Dy()+999)/1000)
		draw.Draw(drawn, r, image.NewUniform(color.Black), image.Point{}, draw.Src)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, drawn, &jpeg.Options{Quality: coveredQuality}); err != nil {
		return step.File{}, fmt.Errorf("attachment: %w", err)
	}
	name, _, _ := strings.Cut(stored.Name, ".")
	file, err := f.Put(ctx, db, name+".jpg", &out)
	if err != nil {
		return file, err
	}
	return file, db.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := store.Exec(ctx, tx, addCovered, f.tenant, int64(matter), string(original), string(file.Hash), string(who), tx.Now().UnixMicro())
		return err
	})
}

// Copy is a covered copy with the picture that it was made of.
type Copy struct {
	step.File
	Original act.Digest
}

// Covered lists the copies that were made in a matter, in the order they were made.
func (f *Files) Covered(ctx context.Context, q store.Q, matter act.Matter) ([]Copy, error) {
	type row struct {
		Original string `db:"original"`
		Hash     string `db:"hash"`
		Name     string `db:"name"`
		Type     string `db:"type"`
		Size     int64  `db:"size"`
	}
	list, err := store.Select[row](ctx, q, coveredOf, f.tenant, int64(matter))
	out := make([]Copy, len(list))
	for i, r := range list {
		out[i] = Copy{step.File{Name: r.Name, Type: r.Type, Size: r.Size, Hash: act.Digest(r.Hash)}, act.Digest(r.Original)}
	}
	return out, err
}

// orientationOf is which side of a photograph is up, as [stripped] leaves it; 1 where nothing is said.
func orientationOf(raw []byte) uint16 {
	if len(raw) < 4 || raw[0] != 0xff || raw[1] != 0xd8 || raw[2] != 0xff || raw[3] != 0xe1 || len(raw) < 6 {
		return 1
	}
	size := int(raw[4])<<8 | int(raw[5])
	if size < 2 || 4+size > len(raw) {
		return 1
	}
	if o, ok := orientationIn(raw[6 : 4+size]); ok {
		return o
	}
	return 1
}

// upright draws a picture as people see it.
func upright(p image.Image, orientation uint16) *image.RGBA {
	b := p.Bounds()
	wide, high := b.Dx(), b.Dy()
	if orientation >= 5 && orientation <= 8 {
		wide, high = high, wide
	}
	out := image.NewRGBA(image.Rect(0, 0, wide, high))
	if orientation < 2 || orientation > 8 {
		draw.Draw(out, out.Bounds(), p, b.Min, draw.Src)
		return out
	}
	for y := range high {
		for x := range wide {
			sx, sy := source(orientation, x, y, wide, high)
			out.Set(x, y, p.At(b.Min.X+sx, b.Min.Y+sy))
		}
	}
	return out
}

// source is which point of the stored picture stands at a point of the upright one, of so many by so many.
func source(orientation uint16, x, y, wide, high int) (sx, sy int) {
	switch orientation {
	case 2:
		return wide - 1 - x, y
	case 3:
		return wide - 1 - x, high - 1 - y
	case 4:
		return x, high - 1 - y
	case 5:
		return y, x
	case 6:
		return y, wide - 1 - x
	case 7:
		return high - 1 - y, wide - 1 - x
	default:
		return high - 1 - y, x
	}
}
