package charter_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"gongzhi/internal/charter"
	"gongzhi/internal/source"
	"gongzhi/internal/step"
	"gongzhi/internal/step/kinds"
	"gongzhi/internal/text"
)

func load(t testing.TB, dir string) *charter.Charter {
	t.Helper()
	c, findings, err := charter.Load(os.DirFS(dir))
	if err != nil || charter.Broken(findings) {
		t.Fatalf("%s: %v %v", dir, err, findings)
	}
	return c
}

// drawn gives the texts of a drawing, after making sure that it is XML, has a title and a description, and that every
// text begins and ends within the picture.
func drawn(t *testing.T, svg string) string {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(svg))
	var all strings.Builder
	seen := map[string]int{}
	most := 0
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			seen[e.Name.Local]++
			for _, a := range e.Attr {
				n, err := strconv.Atoi(a.Value)
				switch {
				case e.Name.Local == "svg" && a.Name.Local == "width":
					most = n
				case a.Name.Local == "x" && (err != nil || n < 0 || n > most):
					t.Errorf("%s stands at x=%s of %d", e.Name.Local, a.Value, most)
				}
			}
		case xml.CharData:
			all.WriteString(string(e) + "\n")
		}
	}
	if seen["title"] != 1 || seen["desc"] != 1 || seen["text"] < 5 || seen["style"]+seen["script"]+seen["image"] > 0 {
		t.Errorf("elements %v", seen)
	}
	return all.String()
}

func TestDrawingShowsEveryStepAndEnd(t *testing.T) {
	for _, dir := range []string{"../../charters/linshanzhai"} {
		c := load(t, dir)
		for _, key := range c.MethodKeys() {
			m, _ := c.Method(key)
			for _, l := range text.Langs {
				svg := c.Draw(m, l)
				words := drawn(t, svg)
				plain := strings.ReplaceAll(words, "\n", "")
				for _, p := range m.List {
					if name := strings.ReplaceAll(p.Step.Shared().Name.In(l), " ", ""); !strings.Contains(strings.ReplaceAll(plain, " ", ""), name) {
						t.Errorf("%s in %s does not show %q", key, l, name)
					}
				}
				if strings.Contains(plain, "⟦") || strings.Contains(plain, "no value") {
					t.Errorf("%s in %s has a missing word: %s", key, l, plain)
				}
				if again := c.Draw(m, l); again != svg {
					t.Errorf("%s in %s is drawn otherwise the second time", key, l)
				}
			}
		}
	}
}

// A method that is wrong in any way can still be drawn: seeing it is how its author finds out.
func TestBrokenMethodsCanBeDrawn(t *testing.T) {
	for _, b := range corpus(t) {
		files := base(t)
		spoil(t, files, b.arc)
		c, _, err := charter.Load(folder(files))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range c.MethodKeys() {
			m, _ := c.Method(key)
			if svg := c.Draw(m, text.ZH); !strings.HasPrefix(svg, "<svg") {
				t.Errorf("%s: %s", b.name, svg)
			}
		}
	}
}

// Words that a charter wrote cannot become part of the drawing's code.
func TestDrawingEscapes(t *testing.T) {
	files := base(t)
	files["methods/mend.yaml"] = bytes.Replace(files["methods/mend.yaml"], []byte("现场查看"), []byte(`<script>&"`), 1)
	c, _, err := charter.Load(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := c.Method("mend")
	if words := drawn(t, c.Draw(m, text.ZH)); !strings.Contains(words, `<script>&"`) {
		t.Error("the name is not shown as it was written")
	}
}

// Every outcome of every kind is said in words, and so is the kind.
func TestOutcomesHaveWords(t *testing.T) {
	words, err := text.New(text.House())
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range kinds.All() {
		n, _ := source.Parse("example.yaml", kind.Example())
		s, faults := kind.Decode(n)
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		keys := []string{"kind." + kind.Name()}
		for _, o := range s.Outcomes() {
			if _, own := s.(step.Grader); kind.Name() != "form" && !own { // its outcomes are the options of a question, or grades
				keys = append(keys, "outcome."+kind.Name()+"."+o)
			}
		}
		for _, key := range keys {
			for _, l := range text.Langs {
				if !words.Has(l, key) {
					t.Errorf("%s has no words in %s", key, l)
				}
			}
		}
	}
}
