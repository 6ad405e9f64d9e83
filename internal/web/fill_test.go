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
	"gongzhi/internal/outbox"
	"gongzhi/internal/register"
	"gongzhi/internal/step"
	"gongzhi/internal/store"
)

// A partner unit claims a section of road: its telephone stands in the form already, it is counted as not typed where it
// comes back as it was, and not where they wrote another.
func TestAFormIsFilledIn(t *testing.T) {
	w := newTown(t)
	ctx, nyyh := t.Context(), act.RowID{Register: "community", ID: "nyyh"}
	entries := []register.Entry{}
	for _, id := range []string{"fillnorth", "fillsouth"} {
		entries = append(entries, register.Entry{ID: act.RowID{Register: "road_section", ID: id}, Parent: nyyh, Values: map[string]any{"name": "演示路" + id}})
	}
	if _, err := w.house.Change(ctx, act.By{Role: act.HouseItself}, "test-sections", "registers/road_section.yaml", book.Set{Entries: entries, On: calendar.DateOf(w.clock.Now())}); err != nil {
		t.Fatal(err)
	}
	got, err := w.house.Desk.Begin(ctx, w.actor("community_secretary"), "road_claim", nyyh, step.Submission{ID: "fill-begin-0000"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.house.Desk.Submit(ctx, w.actor("community_worker"), got.Matter, step.Submission{
		ID: "fill-propose-0000", Step: "propose", Verb: "submit", Values: map[string][]string{"duty": {"每周清洁"}, "until": {"2027-02-28"}},
	}); err != nil {
		t.Fatal(err)
	}
	v := w.signedIn("partner_unit")
	to := fmt.Sprintf("/matters/%d/do/claim?_item=fillnorth", got.Matter)
	if _, form, _ := v.get(to); strings.Contains(form, "13800000001") {
		t.Fatal("the form knows a number that nobody gave")
	}
	err = w.house.Store.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
		return w.house.Outbox.Prefer(ctx, tx, outbox.Preference{Person: "p-partner_unit", Channel: outbox.SMS, Address: "13800000001"})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, form, _ := v.get(to); !strings.Contains(form, `value="13800000001"`) {
		t.Fatal("the number they are told by does not stand in the form")
	}
	if _, form, _ := w.signedIn("partner_unit").get(fmt.Sprintf("/matters/%d", got.Matter)); strings.Contains(form, "13800000001") {
		t.Error("the number stands on the page, where nobody asked for it")
	}
	spared := func() int64 {
		counts, err := w.house.Book.Reader(ctx, w.house.Store.Read(), w.house.Tenant, w.house.Charter.Registers).Spared()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range counts {
			if c.How == book.ByForm {
				return c.N
			}
		}
		return 0
	}
	claim := func(item, contact string) {
		t.Helper()
		path := fmt.Sprintf("/matters/%d/do/claim?_item=%s", got.Matter, item)
		answers := w.formOf(v, path)
		for name, value := range map[string]string{"unit_name": "演示单位甲", "contact": contact, "_stage": "send"} {
			answers.Set(name, value)
		}
		if status, body, _ := v.post(fmt.Sprintf("/matters/%d/do/claim", got.Matter), answers); status != http.StatusSeeOther {
			t.Fatalf("%s: %d %.600s", item, status, body)
		}
	}
	claim("fillnorth", "13800000001")
	if n := spared(); n != 11 {
		t.Errorf("%d characters were not typed, want the 11 of the number", n)
	}
	if err := confirm(w, got.Matter, "fillnorth"); err != nil {
		t.Fatal(err)
	}
	claim("fillsouth", "13800000002")
	if n := spared(); n != 11 {
		t.Errorf("a number that was typed is counted as not typed: %d", n)
	}
	// The desk says how many there were, and how they are counted.
	_, page, _ := w.signedIn("community_secretary").get("/desk/registers")
	for _, said := range []string{">11<", "少打的字", "自动填好、没有改的", "原样交上来"} {
		if !strings.Contains(page, said) {
			t.Errorf("the desk does not say %q", said)
		}
	}
}

func confirm(w *town, matter act.Matter, item string) error {
	_, err := w.house.Desk.Submit(w.t.Context(), w.actor("community_secretary"), matter, step.Submission{ID: "fill-confirm-" + item, Step: "claim", Verb: "confirm", Item: item})
	return err
}
