package attachment

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"slices"
)

// stripped takes out of a photograph what a camera writes beside the picture: where and when it was taken, by which
// device, and a small copy of it. The picture itself is not touched, so nothing is lost; which side is up is kept, for
// pictures would lie on their side without it. It is the guarantee: pages do the same before they send, when they can.
// Other files, and what is no whole picture, come back as they are.
func stripped(raw []byte) []byte {
	switch {
	case !photograph(raw):
		return raw
	case raw[0] == 0xff:
		return strippedJPEG(raw)
	case raw[0] == pngHead[0]:
		return strippedPNG(raw)
	}
	return uprightWebP(raw)
}

// uprightWebP strips a WebP picture. One that lies on its side is drawn anew, upright and as JPEG: which side is up stands in
// what is taken out.
func uprightWebP(raw []byte) []byte {
	out := strippedWebP(raw)
	side := orientationWebP(raw)
	head, _, err := image.DecodeConfig(bytes.NewReader(out))
	if side < 2 || err != nil || head.Width*head.Height > mostPixels {
		return out
	}
	picture, _, err := image.Decode(bytes.NewReader(out))
	if err != nil {
		return out
	}
	var drawn bytes.Buffer
	if jpeg.Encode(&drawn, upright(picture, side), &jpeg.Options{Quality: coveredQuality}) != nil {
		return out
	}
	return drawn.Bytes()
}

// orientationWebP finds the orientation in the Exif of a WebP picture; 1 where nothing is said.
func orientationWebP(raw []byte) uint16 {
	for at := 12; at+8 <= len(raw); {
		size := int(binary.LittleEndian.Uint32(raw[at+4:]))
		if size < 0 || at+8+size > len(raw) {
			return 1
		}
		if string(raw[at:at+4]) == "EXIF" {
			data := raw[at+8 : at+8+size]
			if !bytes.HasPrefix(data, []byte("Exif\x00\x00")) {
				data = append([]byte("Exif\x00\x00"), data...)
			}
			if o, ok := orientationIn(data); ok {
				return o
			}
			return 1
		}
		at += 8 + size + size%2
	}
	return 1
}

// photograph tells by its first twelve bytes whether a file is one of those that are stripped.
func photograph(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0xff, 0xd8}) || bytes.HasPrefix(head, pngHead) ||
		len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

// heic tells the pictures of some telephones (HEIF, HEVC within), which nothing here can open and so nobody could cover.
func heic(head []byte) bool {
	return len(head) >= 12 && string(head[4:8]) == "ftyp" &&
		slices.Contains([]string{"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"}, string(head[8:12]))
}

// strippedJPEG keeps of the segments those that are needed to draw the picture. Application segments are left out, but for
// JFIF (0), colours (2, ICC; 14, Adobe), and an orientation of our own making; so is what some cameras hang behind the end.
func strippedJPEG(raw []byte) []byte {
	kept := make([]byte, 0, len(raw))
	orientation := uint16(0)
	for at := 2; at+4 <= len(raw) && raw[at] == 0xff; {
		marker := raw[at+1]
		if marker == 0xff { // filling
			at++
			continue
		}
		size := int(binary.BigEndian.Uint16(raw[at+2:]))
		if size < 2 || at+2+size > len(raw) {
			break
		}
		segment := raw[at : at+2+size]
		at += 2 + size
		switch {
		case marker == 0xe1:
			if o, ok := orientationIn(segment[4:]); ok {
				orientation = o
			}
		case marker == 0xe2 && !bytes.HasPrefix(segment[4:], []byte("ICC_PROFILE\x00")): // such as further pictures
		case marker >= 0xe3 && marker <= 0xef && marker != 0xee, marker == 0xfe: // application data, comments
		default:
			kept = append(kept, segment...)
		}
		if marker != 0xda {
			continue
		}
		end := at + scanned(raw[at:]) // one stretch of the picture; progressive ones have several
		kept, at = append(kept, raw[at:end]...), end
		if at+2 <= len(raw) && raw[at+1] == 0xd9 {
			out := []byte{0xff, 0xd8}
			if orientation > 1 {
				out = append(out, exifOf(orientation)...)
			}
			return append(append(out, kept...), 0xff, 0xd9)
		}
	}
	return raw // no whole picture
}

// scanned is how far the coded picture goes: to the first marker that is neither a stuffed zero nor a restart.
func scanned(data []byte) int {
	for at := 0; at+1 < len(data); at++ {
		if data[at] == 0xff && data[at+1] != 0 && data[at+1] != 0xff && (data[at+1] < 0xd0 || data[at+1] > 0xd7) {
			return at
		}
	}
	return len(data)
}

// orientationIn finds the orientation in an Exif segment: tag 0x0112 of the first directory.
func orientationIn(data []byte) (uint16, bool) {
	if !bytes.HasPrefix(data, []byte("Exif\x00\x00")) {
		return 0, false
	}
	tiff := data[6:]
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(tiff, []byte("MM")) {
		order = binary.BigEndian
	}
	if len(tiff) < 8 {
		return 0, false
	}
	dir := int(order.Uint32(tiff[4:]))
	if dir < 8 || dir+2 > len(tiff) {
		return 0, false
	}
	for i := range int(order.Uint16(tiff[dir:])) {
		at := dir + 2 + 12*i
		if at+12 > len(tiff) {
			return 0, false
		}
		if order.Uint16(tiff[at:]) == 0x0112 {
			o := order.Uint16(tiff[at+8:])
			return o, o >= 1 && o <= 8
		}
	}
	return 0, false
}

// exifOf is an Exif segment with nothing but an orientation.
func exifOf(orientation uint16) []byte {
	tiff := []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0, 0, 0, 0, 0}
	body := append([]byte("Exif\x00\x00"), tiff...)
	head := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(body)+2))
	return append(head, body...)
}

var pngHead = []byte("\x89PNG\r\n\x1a\n")

// strippedPNG leaves out texts, times and Exif.
func strippedPNG(raw []byte) []byte {
	out := append(make([]byte, 0, len(raw)), pngHead...)
	for at := len(pngHead); at < len(raw); {
		if at+12 > len(raw) {
			return raw
		}
		size := int(binary.BigEndian.Uint32(raw[at:]))
		if size < 0 || at+12+size > len(raw) {
			return raw
		}
		switch kind := string(raw[at+4 : at+8]); kind {
		case "tEXt", "zTXt", "iTXt", "eXIf", "tIME":
		case "IEND":
			return append(out, raw[at:at+12+size]...)
		default:
			out = append(out, raw[at:at+12+size]...)
		}
		at += 12 + size
	}
	return raw
}

// strippedWebP leaves out Exif and XMP, and says so in the extended header.
func strippedWebP(raw []byte) []byte {
	out := append(make([]byte, 0, len(raw)), raw[:12]...)
	for at := 12; at < len(raw); {
		if at+8 > len(raw) {
			return raw
		}
		size := int(binary.LittleEndian.Uint32(raw[at+4:]))
		whole := 8 + size + size%2
		if size < 0 || at+8+size > len(raw) {
			return raw
		}
		chunk := raw[at:min(at+whole, len(raw))]
		switch string(chunk[:4]) {
		case "EXIF", "XMP ":
		case "VP8X":
			chunk = bytes.Clone(chunk)
			if size > 0 {
				chunk[8] &^= 0x0c // has Exif, has XMP
			}
			out = append(out, chunk...)
		default:
			out = append(out, chunk...)
		}
		at += whole
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}
