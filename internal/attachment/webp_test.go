package attachment

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/fault"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// webpQuarters is the picture of [quarters], 200 by 100, as a browser writes it in WebP.
const webpQuarters = "UklGRjgBAABXRUJQVlA4ICwBAAAQDgCdASrIAGQAPtForFAoJiSipwgBABoJZW7hdVDFg3aE/8cvxmmAH9VwgD+3fwD3/9xu3kb9YAG62XVyBZ" +
	"o8Lc+oIfKMI1TifUEOmAnnQowiTI4dX/H1hgi/uA+mSZvghFJqdE7n4Q+qZ8msV+TUEPqCHS/JqB+AAP7+fKrvjJ8SlH/6ElvZbL6qJA7Jq513" +
	"Y6/veR6RzfckJfgDo3/yQUyVOzv//kgpkr6LYYx7Z90Ct1NIlz19pvkhtZqfN2F43+6iW0/+OKdzeN8usxUfdOn5t1zUTW+nxJVUDKYGwgcEy4" +
	"8un+IFGf9PJd5lHpZ3/B6/f71NrOf+aHU4tnOpS3/C47gYSq8tChch5gMiUI+tByDWBIeNv8bLZ18a61UwpVo/F6QpuQIAAAA="

func webpOf(t *testing.T) []byte {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(webpQuarters)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// withExif is a WebP picture with Exif that has an orientation and says where it was taken.
func withExif(raw []byte, orientation uint16, marked bool) []byte {
	exif := append(bytes.Clone(exifOf(orientation)[10:]), "secret place"...)
	if marked {
		exif = append([]byte("Exif\x00\x00"), exif...)
	}
	if len(exif)%2 != 0 {
		exif = append(exif, 0)
	}
	head := []byte{'V', 'P', '8', 'X', 10, 0, 0, 0, 8, 0, 0, 0, 199, 0, 0, 99, 0, 0}
	out := append(bytes.Clone(raw[:12]), head...)
	out = append(out, raw[12:]...)
	out = append(out, 'E', 'X', 'I', 'F', 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[len(out)-4:], uint32(len(exif)))
	out = append(out, exif...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// A WebP picture is covered as any other, keeps nothing of what the camera wrote, and stands upright.
func TestWebP(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		files := empty(t, db)
		read := func(hash act.Digest) []byte {
			t.Helper()
			stored, err := files.Get(t.Context(), db.Read(), hash)
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(stored)
			if cerr := stored.Close(); err != nil || cerr != nil {
				t.Fatal(err, cerr)
			}
			return raw
		}
		plain := webpOf(t)
		for _, tt := range []struct {
			name string
			raw  []byte
			wide int
			want map[image.Point]string // of the copy, with the upper left quarter covered
		}{
			{"as it is", plain, 200, map[image.Point]string{{X: 50, Y: 25}: "", {X: 150, Y: 25}: "g", {X: 50, Y: 75}: "b", {X: 150, Y: 75}: "rgb"}},
			{"with a place", withExif(plain, 1, false), 200, map[image.Point]string{{X: 150, Y: 25}: "g"}},
			{"on its side", withExif(plain, 6, true), 100, map[image.Point]string{{X: 25, Y: 50}: "", {X: 75, Y: 50}: "r", {X: 25, Y: 150}: "rgb", {X: 75, Y: 150}: "g"}},
			{"on its side, without a mark", withExif(plain, 6, false), 100, map[image.Point]string{{X: 75, Y: 50}: "r"}},
		} {
			kept, err := files.Put(t.Context(), db, "演示.webp", bytes.NewReader(tt.raw))
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if raw := read(kept.Hash); bytes.Contains(raw, []byte("secret place")) {
				t.Errorf("%s: what the camera wrote is kept", tt.name)
			}
			made, err := files.Cover(t.Context(), db, 7, "p-1", kept.Hash, []Patch{{0, 0, 500, 500}})
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			p, err := jpeg.Decode(bytes.NewReader(read(made.Hash)))
			if err != nil || p.Bounds().Dx() != tt.wide {
				t.Fatalf("%s: %v %v", tt.name, p.Bounds(), err)
			}
			for at, want := range tt.want {
				if c := like(p.At(at.X, at.Y)); c != want {
					t.Errorf("%s, at %v: %q, want %q", tt.name, at, c, want)
				}
			}
		}
		for _, broken := range [][]byte{plain[:40], plain[:12], append(bytes.Clone(plain[:20]), 0xff, 0xff)} {
			kept, err := files.Put(t.Context(), db, "演示.webp", bytes.NewReader(broken))
			if err != nil {
				continue // refused at once
			}
			if _, err := files.Cover(t.Context(), db, 7, "p-1", kept.Hash, nil); !fault.Is(err, fault.Unsupported) {
				t.Errorf("half a picture: %v", err)
			}
		}
		for _, brand := range []string{"heic", "mif1", "hevc"} {
			_, err := files.Put(t.Context(), db, "演示.heic", strings.NewReader("\x00\x00\x00\x18ftyp"+brand+"\x00\x00\x00\x00mif1heic"))
			if no, ok := fault.As(err); !ok || no.Code != "file.heic" || no.Kind != fault.Unsupported {
				t.Errorf("%s: %v", brand, err)
			}
		}
	})
}
