package attachment

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

func picture() image.Image {
	m := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for x := range 40 {
		for y := range 30 {
			m.Set(x, y, color.RGBA{uint8(6 * x), uint8(8 * y), 90, 255})
		}
	}
	return m
}

// exif is a segment with an orientation, a camera and a place.
func exif(order binary.ByteOrder, orientation uint16) []byte {
	var tiff bytes.Buffer
	head := "II"
	if order == binary.ByteOrder(binary.BigEndian) {
		head = "MM"
	}
	tiff.WriteString(head)
	write := func(v any) { _ = binary.Write(&tiff, order, v) }
	write(uint16(42))
	write(uint32(8))
	write(uint16(2))
	write([]uint16{0x010f, 2}) // the maker, a text
	write([]uint32{12, 38})
	write([]uint16{0x0112, 3}) // the orientation
	write(uint32(1))
	write([]uint16{orientation, 0})
	write(uint32(0))
	tiff.WriteString("SECRETCAMERA")
	body := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	seg := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(seg[2:], uint16(len(body)+2))
	return append(seg, body...)
}

func taken(t *testing.T, extra ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	raw := append([]byte{}, b.Bytes()[:2]...)
	for _, x := range extra {
		raw = append(raw, x...)
	}
	return append(raw, b.Bytes()[2:]...)
}

func sameImage(t *testing.T, a, b []byte) {
	t.Helper()
	x, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	y, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		for j := range 30 {
			if x.At(i, j) != y.At(i, j) {
				t.Fatalf("the picture changed at %d, %d", i, j)
			}
		}
	}
}

func TestPhotographsLoseWhatTheCameraWrote(t *testing.T) {
	comment := append([]byte{0xff, 0xfe, 0, 15}, "SECRETCOMMENT"...)
	xmp := append([]byte{0xff, 0xe1, 0, 41}, "http://ns.adobe.com/xap/1.0/\x00SECRETXMP!"...)
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, o := range []uint16{0, 1, 3, 6, 8, 9} {
			raw := append(taken(t, exif(order, o), xmp, comment), "SECRETTRAILER"...)
			got := stripped(raw)
			if bytes.Contains(got, []byte("SECRET")) {
				t.Errorf("orientation %d: something is left", o)
			}
			sameImage(t, raw, got)
			kept, ok := uint16(0), false
			if i := bytes.Index(got, []byte("Exif\x00\x00")); i >= 0 {
				kept, ok = orientationIn(got[i:])
			}
			if want := o > 1 && o <= 8; ok != want || want && kept != o {
				t.Errorf("orientation %d became %d, %v", o, kept, ok)
			}
			if again := stripped(got); !bytes.Equal(again, got) {
				t.Error("a second time changes it")
			}
		}
	}
}

func TestPNGLosesTexts(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	chunk := append(binary.BigEndian.AppendUint32(nil, 14), "tEXtplace\x00SECRET!!1234"...)
	chunk = append(chunk[:8+14], 0, 0, 0, 0)
	with := append(append(append([]byte{}, raw[:33]...), chunk...), raw[33:]...)
	got := stripped(append(with, "SECRETTRAILER"...))
	if !bytes.Equal(got, raw) {
		t.Errorf("%d bytes, want the %d without the text", len(got), len(raw))
	}
}

func TestWebPLosesExif(t *testing.T) {
	chunk := func(kind, body string) []byte {
		out := append([]byte(kind), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
		out = append(out, body...)
		if len(body)%2 == 1 {
			out = append(out, 0)
		}
		return out
	}
	var chunks []byte
	for _, c := range [][]byte{chunk("VP8X", "\x0c\x00\x00\x00\x27\x00\x00\x1d\x00\x00"), chunk("VP8 ", "picture"), chunk("EXIF", "SECRET1"), chunk("XMP ", "SECRET22")} {
		chunks = append(chunks, c...)
	}
	raw := append(append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+len(chunks)))...), "WEBP"...)
	got := stripped(append(raw, chunks...))
	if bytes.Contains(got, []byte("SECRET")) || !bytes.Contains(got, []byte("picture")) || got[20] != 0 {
		t.Errorf("%q", got)
	}
	if n := binary.LittleEndian.Uint32(got[4:]); int(n) != len(got)-8 {
		t.Errorf("its length says %d, want %d", n, len(got)-8)
	}
}

// Whatever is no whole picture comes back as it is, and nothing crashes.
func FuzzStripped(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x08Exif\x00\x00"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND1234"))
	f.Add([]byte("RIFF\x04\x00\x00\x00WEBPVP8X\x00\x00\x00\x00"))
	f.Add([]byte("%PDF-1.4"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := stripped(bytes.Clone(raw)); len(got) > len(raw)+64 {
			t.Errorf("it grew from %d to %d", len(raw), len(got))
		}
	})
}
