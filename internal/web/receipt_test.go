package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/step"
	"gongzhi/internal/verify"
)

// A receipt proves its submission to anybody, and what was said in it to nobody but who said it.
func TestAReceiptIsItsProof(t *testing.T) {
	w := newTown(t)
	ctx := context.Background()
	const id = "answer-receipt-1"
	w.person(ctx, "yezhu", "owner", part)
	_, err := w.house.Desk.Submit(ctx, w.actor("yezhu"), w.matter, step.Submission{ID: id, Verb: "answer", Values: map[string][]string{
		"whether": {"agree"}, "what": {"water"}, "words": {"楼道灯不亮"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, raw := w.fetch("/receipts/" + id); !strings.Contains(string(raw), "正在进公开日志") {
		t.Error("before it is integrated the receipt does not say that it waits")
	}
	if status, _, _ := w.fetch("/receipts/" + id + "/proof"); status != http.StatusServiceUnavailable {
		t.Errorf("a proof before it is integrated: %d", status)
	}
	if _, err := w.house.PublicLog.Integrate(ctx); err != nil {
		t.Fatal(err)
	}
	if _, _, raw := w.fetch("/receipts/" + id); !bytes.Contains(raw, []byte("/receipts/"+id+"/proof")) || bytes.Contains(raw, []byte("/opening")) {
		t.Error("a stranger's receipt should have the proof and no opening")
	}
	status, _, raw := w.fetch("/receipts/" + id + "/proof")
	if status != http.StatusOK {
		t.Fatal(status, string(raw))
	}
	r, c, err := verify.CheckReceipt(raw, "")
	if err != nil || strings.Contains(string(raw), "agree") || r.Submission != id || c.Size == 0 || r.Acts[0].Act != "" || len(r.Acts[0].Sealed) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, _, err := verify.CheckReceipt(raw, r.Key); err != nil {
		t.Errorf("under the key on record: %v", err)
	}
	for name, change := range map[string]func(*verify.Receipt){
		"another entry":       func(r *verify.Receipt) { r.Acts[0].Index++ },
		"another leaf":        func(r *verify.Receipt) { r.Acts[0].Leaf = strings.Replace(r.Acts[0].Leaf, "owner", "resident", 1) },
		"another path":        func(r *verify.Receipt) { r.Acts[0].Path[0] = strings.Repeat("0", 64) },
		"a path that is none": func(r *verify.Receipt) { r.Acts[0].Path[0] = "x" },
		"a checkpoint of another size": func(r *verify.Receipt) {
			r.Checkpoint = strings.Replace(r.Checkpoint, "\n", "\n1", 1)
		},
		"another submission": func(r *verify.Receipt) { r.Submission = "another" },
		"no act":             func(r *verify.Receipt) { r.Acts = nil },
		"another act":        func(r *verify.Receipt) { r.Acts[0].Act = "{}" },
		"another value":      func(r *verify.Receipt) { r.Acts[0].Sealed = []verify.Value{{Field: "phone", Salt: "00", Value: "1"}} },
	} {
		var bad verify.Receipt
		if err := json.Unmarshal(raw, &bad); err != nil {
			t.Fatal(err)
		}
		change(&bad)
		again, err := json.Marshal(bad)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := verify.CheckReceipt(again, r.Key); err == nil {
			t.Errorf("%s was not noticed", name)
		}
	}
	if _, _, raw := w.fetch("/receipts/" + id + "/opening"); bytes.Contains(raw, []byte(`"act"`)) {
		t.Error("a stranger opened it")
	}
	if status, body, _ := w.signedIn("community_worker").get("/receipts/" + id + "/opening"); status != http.StatusForbidden || strings.Contains(body, `"act"`) {
		t.Errorf("somebody else opened it: %d", status)
	}
	mine := w.signedIn("yezhu")
	if _, body, _ := mine.get("/receipts/" + id); !strings.Contains(body, "/opening") {
		t.Error("who acted is not offered their own copy")
	}
	status, body, _ := mine.get("/receipts/" + id + "/opening")
	if opened, _, err := verify.CheckReceipt([]byte(body), r.Key); status != http.StatusOK || err != nil || !strings.Contains(opened.Acts[0].Act, "agree") || !slices.ContainsFunc(opened.Acts[0].Sealed, func(v verify.Value) bool { return strings.Contains(v.Value, "楼道灯不亮") }) {
		t.Errorf("one's own copy: %d, %v", status, err)
	}
}
