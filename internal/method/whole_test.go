package method

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestFactsComeBackWhole(t *testing.T) {
	for in, want := range map[string]any{
		`0`: int64(0), `12`: int64(12), `-3`: int64(-3), `9007199254740992`: int64(1 << 53), `1e3`: int64(1000), `9223372036854775808`: "9223372036854776000",
		`1.5`: "1.5", `1e21`: "1e+21", `"12"`: "12", `true`: true, `null`: nil,
		`[1,{"a":2.5}]`: []any{int64(1), map[string]any{"a": "2.5"}},
	} {
		facts := map[string]any{}
		if err := json.Unmarshal([]byte(`{"x":`+in+`}`), &facts); err != nil {
			t.Fatal(err)
		}
		if got := whole(facts)["x"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s comes back as %#v, want %#v", in, got, want)
		}
	}
	if whole(nil) != nil {
		t.Error("no facts become some")
	}
}
