package web_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	imagejpeg "image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gongzhi/internal/act"
)

// sendFiles posts a form with files.
func (v *visitor) sendFiles(path string, form url.Values, files map[string][]byte) (int, string, http.Header) {
	v.w.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range form {
		for _, value := range values {
			if err := m.WriteField(name, value); err != nil {
				v.w.t.Fatal(err)
			}
		}
	}
	for name, raw := range files {
		part, err := m.CreateFormFile(name, "演示.png")
		if err == nil {
			_, err = part.Write(raw)
		}
		if err != nil {
			v.w.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		v.w.t.Fatal(err)
	}
	return v.read(v.Post(v.w.server.URL+path, m.FormDataContentType(), &body))
}

// white is a white picture of so many by so many, with one grey point that makes it another file.
func white(size, at int) []byte {
	p := image.NewGray(image.Rect(0, 0, size, size))
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	p.SetGray(at, 0, color.Gray{Y: 128})
	var out bytes.Buffer
	if err := png.Encode(&out, p); err != nil {
		panic(err)
	}
	return out.Bytes()
}

var coverHref = regexp.MustCompile(`/desk/matters/[0-9]+/cover/([0-9a-f]{64})`)

// What somebody photographed is seen by nobody but those who handle it; the public gets the copy that was covered, and
// never the original, by whatever way it is named.
func TestPhotographsAreCoveredBeforeTheyArePublic(t *testing.T) {
	w := newTown(t)
	w.letEverybodyIn()
	v := w.visitor()
	_, body, _ := v.get("/begin/problem")
	form := problem(url.Values{"_code": {codeField.FindStringSubmatch(body)[1]}, "_stage": {"send"}})
	picture := white(100, 3)
	if status, body, _ := v.sendFiles("/begin/problem", form, map[string][]byte{"photos": picture}); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, body)
	}
	n, _ := w.newest()
	v.get("/r/" + form.Get("_code"))
	worker := w.signedIn("community_worker")
	sealed := fmt.Sprintf("/desk/matters/%d/sealed?step=", n)
	worker.post(sealed, url.Values{"purpose": {"handle_matter"}})
	_, body, _ = worker.get(sealed)
	found := coverHref.FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("the sealed answers lead to no picture: %s", body)
	}
	original, cover := "/files/"+found[1], found[0]
	hidden := func(when string) {
		t.Helper()
		for name, who := range map[string]*visitor{"nobody": w.visitor(), "who sent it": v, "a grid worker": w.signedIn("grid_worker"), "a worker elsewhere": w.signedIn("community_worker_elsewhere")} {
			if status, _, _ := who.get(original); status != http.StatusNotFound && status != http.StatusForbidden {
				t.Errorf("%s, %s gets the original: %d", when, name, status)
			}
			if status, _, _ := who.get(cover); status == http.StatusOK {
				t.Errorf("%s, %s may cover it", when, name)
			}
		}
	}
	hidden("at first")
	if status, body, _ := worker.get(cover); status != http.StatusOK || !strings.Contains(body, `src="`+original+`"`) {
		t.Fatalf("the picture to cover: %d", status)
	}
	for _, bad := range []string{"1,2,3", "a,b,c,d", "-1,0,10,10", "0,0,1001,1", strings.Repeat("0,0,1,1\n", 200)} {
		if status, _, _ := worker.post(cover, url.Values{"patches": {bad}}); status != http.StatusUnprocessableEntity {
			t.Errorf("%.20q: %d", bad, status)
		}
	}
	if status, _, _ := worker.post(strings.Replace(cover, fmt.Sprint(n), fmt.Sprint(w.matter), 1), url.Values{"patches": {"0,0,500,500"}}); status != http.StatusNotFound {
		t.Errorf("in another matter: %d", status)
	}
	do := fmt.Sprintf("/matters/%d/do/submit", n)
	status, _, h := worker.post(cover, url.Values{"patches": {"0，0,500,500\r\n"}})
	if status != http.StatusSeeOther || h.Get("Location") != do {
		t.Fatalf("covered: %d to %s", status, h.Get("Location"))
	}
	_, body, _ = worker.get(do)
	offered := regexp.MustCompile(`name="_file_public_photos_0" value="([0-9a-f]{64})"`).FindStringSubmatch(body)
	if offered == nil || offered[1] == found[1] {
		t.Fatal("the covered copy is not offered")
	}
	hidden("once it was covered")
	if status, _, _ := w.visitor().get("/files/" + offered[1]); status != http.StatusNotFound {
		t.Errorf("the copy is public before it was published: %d", status)
	}
	answer := func(id string, more url.Values) url.Values {
		form := url.Values{"_id": {"accept-cover-" + id}, "_step": {"accept"}, "acceptance": {"accepted"}, "account": {"演示：有垃圾"}}
		for k, v := range more {
			form[k] = v
		}
		return form
	}
	if status, body, _ := worker.post(do, answer("1", url.Values{"_file_public_photos_0": {found[1]}})); status != http.StatusUnprocessableEntity || !strings.Contains(body, "不是您上传的") {
		t.Errorf("the original, named: %d", status)
	}
	if status, _, _ := worker.sendFiles(do, answer("2", nil), map[string][]byte{"public_photos": picture}); status != http.StatusUnprocessableEntity {
		t.Errorf("the original, sent again: %d", status)
	}
	hidden("once it was refused")
	if status, body, _ := worker.post(do, answer("3", url.Values{"_file_public_photos_0": {offered[1]}})); status != http.StatusSeeOther {
		t.Fatalf("the copy: %d %s", status, body)
	}
	status, raw, _ := w.visitor().get("/files/" + offered[1])
	got, err := imagejpeg.Decode(strings.NewReader(raw))
	if status != http.StatusOK || err != nil {
		t.Fatalf("the copy: %d %v", status, err)
	}
	for at, want := range map[image.Point]bool{{X: 25, Y: 25}: true, {X: 75, Y: 25}: false, {X: 75, Y: 75}: false} {
		if r, _, _, _ := got.At(at.X, at.Y).RGBA(); (r < 0x2000) != want {
			t.Errorf("at %v it is %x", at, r)
		}
	}
	hidden("once the copy is public")
	// Each look at the original is on record, under a purpose.
	entries := must(w.house.Ledger.FileUses(context.Background(), w.house.Store.Read(), act.Digest(found[1])))
	if len(entries) != 1 {
		t.Errorf("it stands in %d answers", len(entries))
	}
}
