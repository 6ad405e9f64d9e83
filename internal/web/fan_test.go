package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/calendar"
	"gongzhi/internal/register"
)

// The fan follows the dates of its memberships: who joined later or left earlier is not in it, and a unit that sits in two
// committees is one unit.
func TestFan(t *testing.T) {
	w := newTown(t)
	on := calendar.DateOf(start)
	id := func(reg, name string) act.RowID { return act.RowID{Register: reg, ID: name} }
	set := book.Set{On: on, Entries: []register.Entry{
		{ID: id("body", "gongwei"), Values: map[string]any{"name": "演示党工委", "kind": "working_committee", "formed": "2016-01-01"}},
		{ID: id("body", "lianhe1"), Values: map[string]any{"name": "演示社区一联合党委", "kind": "joint_committee", "formed": "2017-03-01"}},
		{ID: id("body", "lianhe2"), Values: map[string]any{"name": "演示社区二联合党委", "kind": "joint_committee", "formed": "2017-03-01"}},
		{ID: id("body", "lianhe3"), Values: map[string]any{"name": "已撤销的联合党委", "kind": "joint_committee", "formed": "2017-03-01", "ends": "2020-01-01"}},
	}}
	for i := range 4 {
		set.Entries = append(set.Entries, register.Entry{ID: id("unit", fmt.Sprintf("danwei%d", i)), Values: map[string]any{"name": fmt.Sprintf("演示单位%d", i)}})
	}
	sits := func(body, unit, from, until string) {
		v := map[string]any{"member": "unit/" + unit, "seat": "part_time", "from": from}
		if until != "" {
			v["until"] = until
		}
		set.Entries = append(set.Entries, register.Entry{ID: id("membership", body+"-"+unit), Parent: id("body", body), Values: v})
	}
	sits("lianhe1", "danwei0", "2017-03-01", "")
	sits("lianhe1", "danwei1", "2018-03-01", "2025-01-01")
	sits("lianhe2", "danwei0", "2019-03-01", "")
	sits("lianhe2", "danwei2", "2020-03-01", "")
	sits("lianhe2", "danwei3", "2099-01-01", "")
	if _, err := w.house.Change(context.Background(), act.By{Role: act.HouseItself}, "test-fan", "registers/", set); err != nil {
		t.Fatal(err)
	}
	status, body, _ := w.visitor().get("/fan")
	if status != http.StatusOK || !strings.Contains(body, "2 个社区联合党委，2 家共建单位") || strings.Count(body, "<circle") != 4 {
		t.Errorf("%d: the fan of today: %d circles, want the pivot and three seats", status, strings.Count(body, "<circle"))
	}
	for _, never := range []string{"已撤销的联合党委", "演示单位1", "演示单位3"} {
		if strings.Contains(body, never) {
			t.Errorf("%s stands in the fan of today", never)
		}
	}
	if status, _, _ := w.visitor().get("/fan?on=yesterday"); status != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", status)
	}
}
