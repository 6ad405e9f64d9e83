package web_test

import (
	"context"
	"strings"
	"testing"
)

// The page of a matter says beside the community how large the compound is, and to an owner whether their home was heard.
func TestTheMatterKnowsWhoseHomeIsMissing(t *testing.T) {
	w := newTown(t)
	w.person(context.Background(), "yanshijia", "owner", part)
	_, body, _ := w.visitor().get("/matters/1")
	if !strings.Contains(body, "1 户") || strings.Contains(body, "还没有答复") {
		t.Error("to a stranger the page does not say how large the compound is, or says whose answer is missing")
	}
	v := w.signedIn("yanshijia")
	if _, body, _ = v.get("/matters/1"); !strings.Contains(body, "还没有答复。") {
		t.Error("an owner is not told that their home was not heard from")
	}
	w.do("community_worker", "yours-hear-1", "record", "", "unit", part.ID, "channel", "door", "result", "signed", "whether", "agree")
	if _, body, _ = v.get("/matters/1"); strings.Contains(body, "还没有答复。") {
		t.Error("an owner whose answer was recorded is told that it is missing")
	}
}
