package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"gongzhi/internal/fault"
)

func TestRefusalIsFoundInsideAWrappedError(t *testing.T) {
	no := fault.Refuse(fault.Closed, "notice.closed", fault.Basis{Clause: "methods/renovation.yaml#publicity_1.days"}, nil)
	err := fmt.Errorf("desk: matter 1: %w", no)
	if !fault.Is(err, fault.Closed) {
		t.Error("the kind was lost by wrapping")
	}
	if fault.Is(errors.New("disk"), fault.Closed) {
		t.Error("a fault of ours was taken for a refusal")
	}
}

func TestFieldsSayEverythingAtOnce(t *testing.T) {
	var f fault.Fields
	if err := f.Err("form.faults", fault.Basis{}); err != nil {
		t.Fatalf("no faults, but %v", err)
	}
	f.Add("phone", "field.phone", nil)
	f.Add("name", "field.required", nil)
	r, ok := fault.As(f.Err("form.faults", fault.Basis{}))
	if !ok || len(r.Fields) != 2 || r.Args["N"] != 2 {
		t.Fatalf("got %+v, want both places", r)
	}
}
