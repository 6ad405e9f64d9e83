package book_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

var all = []book.Sight{book.Everywhere}

func found(t *testing.T, h *house, query string, sights ...book.Sight) []string {
	t.Helper()
	hits, err := h.reader().Search(query, sights, day2)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, hit := range hits {
		for _, row := range hit.Rows {
			ids = append(ids, row.ID.String())
		}
	}
	slices.Sort(ids)
	return ids
}

// town has two communities with a compound each, and people whose names nobody may search for in part.
func town(t *testing.T, db *store.DB) *house {
	h := open(t, db)
	section := func(id, name string) register.Entry {
		return register.Entry{ID: act.RowID{Register: "road_section", ID: id}, Parent: act.RowID{Register: "community", ID: "baihua"}, Values: map[string]any{"name": name}}
	}
	h.must(book.Set{On: day1, Entries: []register.Entry{
		{ID: act.RowID{Register: "compound", ID: "yinghe91-2"}, Parent: act.RowID{Register: "community", ID: "nyyh"},
			Values: map[string]any{"name": "颍河路91号院北区", "address": "颍河路91号", "management_mode": "none"}},
		{ID: act.RowID{Register: "compound", ID: "baihua7"}, Parent: act.RowID{Register: "community", ID: "baihua"},
			Values: map[string]any{"name": "演示路7号院", "address": "演示路7号", "management_mode": "none"}},
		section("s1", "颍河路（演示路至演示街）"), section("s2", "重庆路"),
		{ID: act.RowID{Register: "person", ID: "p1"}, Parent: compound,
			Values: map[string]any{"name": "颍演示", "phone": "13800001234", "id_number": "11010519491231002X"}},
		{ID: act.RowID{Register: "unit", ID: "u1"}, Values: map[string]any{"name": "演示（郑州）有限公司", "uscc": "91350100M000100Y43", "phone": "0371-67000000"}},
	}})
	return h
}

func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := town(t, db)
		for _, tt := range []struct {
			name, query string
			want        []string
		}{
			{"two characters inside a name", "河路", []string{"community/yihelu", "compound/yinghe91", "compound/yinghe91-2", "road_section/s1"}},
			{"a longer stretch, rechecked", "颍河路91号院北", []string{"compound/yinghe91-2"}},
			{"characters in another order are not it", "路河", nil},
			{"full width", "９１号院", []string{"compound/yinghe91", "compound/yinghe91-2"}},
			{"two terms, both must be there", "演示 公司", []string{"unit/u1"}},
			{"a number from its beginning", "91", []string{"unit/u1"}},
			{"a code", "91350100m000100y43", []string{"unit/u1"}},
			{"initials", "nyyh", []string{"centre/nyyh", "community/nyyh"}},
			{"initials of a character read in two ways", "zql", []string{"road_section/s2"}},
			{"initials, the other reading", "cql", []string{"road_section/s2"}},
			{"a sign is nothing", "（郑州）", []string{"key_project/zhengdao", "unit/u1"}},
			{"one character alone finds nothing", "路", nil},
			{"nothing", " 　", nil},
			{"markup", "<>%_'", nil},
			{"a person's name", "颍演示", nil},
			{"a person's telephone", "13800001234", nil},
			{"a firm's telephone is a person's too", "0371-67000000", nil},
		} {
			want := tt.want
			if tt.name == "a number from its beginning" { // 91 also begins the numbers of the two compounds
				want = []string{"compound/yinghe91", "compound/yinghe91-2", "unit/u1"}
			}
			if got := found(t, h, tt.query, all...); !slices.Equal(got, want) {
				t.Errorf("%s: %q finds %v, want %v", tt.name, tt.query, got, want)
			}
		}
		at := func(path string) book.Sight { return book.Sight{Path: path, Reach: register.ToStaff} }
		for _, tt := range []struct {
			name, query string
			sight       book.Sight
			want        []string
		}{
			{"staff find a person by the whole number", "138 0000 1234", at("/"), []string{"person/p1"}},
			{"never by a part of it", "1380000", at("/"), nil},
			{"nor by a part of the name", "演示", at("/community/nyyh/compound/yinghe91/"), nil},
			{"an identity number is not for staff as such", "11010519491231002X", at("/"), nil},
			{"nor in another community", "13800001234", at("/community/baihua/"), nil},
			{"a compound is not the one whose id it begins", "颍河路", at("/community/nyyh/compound/yinghe91/"), []string{"compound/yinghe91"}},
		} {
			if got := found(t, h, tt.query, tt.sight); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q finds %v, want %v", tt.name, tt.query, got, tt.want)
			}
		}

		// What a row no longer says does not find it; what was taken back finds it again; nor does one that ended.
		section := act.RowID{Register: "road_section", ID: "s2"}
		rename := book.Set{On: day2, Entries: []register.Entry{{ID: section, Parent: act.RowID{Register: "community", ID: "baihua"}, Values: map[string]any{"name": "演示大街"}}}}
		h.must(rename)
		if got := found(t, h, "重庆路", all...); len(got) > 0 {
			t.Errorf("found by its old name: %v", got)
		}
		if got := found(t, h, "示大", all...); !slices.Equal(got, []string{section.String()}) {
			t.Errorf("by its new name: %v", got)
		}
		h.must(book.Set{On: day2, End: []act.RowID{section}})
		if got := found(t, h, "示大", all...); len(got) > 0 {
			t.Errorf("found after its end: %v", got)
		}
		raw, err := store.Select[string](t.Context(), db.Read(), newTenant.Get("words"), tenant)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range raw {
			if strings.Contains(word, "颍演") || strings.Contains(word, "1380000") || strings.Contains(word, "6700") || strings.Contains(word, "1101051949") {
				t.Errorf("a personal value stands in the index: %q", word)
			}
		}
	})
}

// Words made anew are the words there were; another charter makes other ones.
func TestIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := town(t, db)
		words := func() []string {
			all, err := store.Select[string](t.Context(), db.Read(), newTenant.Get("words"), tenant)
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		before := words()
		h.index()
		if after := words(); !slices.Equal(before, after) {
			t.Errorf("%d words were written, %d made anew", len(before), len(after))
		}
		var fewer []*register.Schema
		for _, s := range h.schemas.All() {
			if s.Key != "road_section" && s.Parent != "road_section" {
				fewer = append(fewer, s)
			}
		}
		h.schemas = register.NewSchemas(fewer...)
		h.index()
		if got := found(t, h, "河路", all...); slices.Contains(got, "road_section/s1") {
			t.Errorf("a register that is no more: %v", got)
		}
	})
}

// A list is cut by any filters together, page by page, and says how many there are where that costs nothing.
func TestFilteredList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		set := book.Set{On: day1}
		for i := range 60 {
			values := map[string]any{"name": fmt.Sprintf("演示路%d号院", i+1), "address": fmt.Sprintf("演示路%d号", i+1), "management_mode": "none", "eligible": i%3 == 0}
			if i%2 == 0 {
				values["management_mode"] = "self_managed"
			}
			set.Entries = append(set.Entries, register.Entry{ID: act.RowID{Register: "compound", ID: fmt.Sprint("c", i)}, Parent: act.RowID{Register: "community", ID: "baihua"}, Values: values})
		}
		h.must(set)
		for _, tt := range []struct {
			name  string
			f     book.Filter
			n     int
			total int
		}{
			{"all of them", book.Filter{}, 61, 61},
			{"below one community", book.Filter{Under: act.RowID{Register: "community", ID: "baihua"}}, 60, 60},
			{"by an option", book.Filter{Equal: map[string]string{"management_mode": "none"}}, 30, 30},
			{"by yes", book.Filter{Equal: map[string]string{"eligible": "true"}}, 20, 20},
			{"by two", book.Filter{Equal: map[string]string{"eligible": "true", "management_mode": "self_managed"}}, 10, -1},
			{"by text", book.Filter{Text: "路1"}, 11, -1},
			{"by text and an option", book.Filter{Text: "路1", Equal: map[string]string{"management_mode": "none"}}, 5, -1},
			{"on a day before", book.Filter{On: day1, Past: true, Equal: map[string]string{"eligible": "true"}}, 20, -1},
			{"an option that no row has", book.Filter{Equal: map[string]string{"management_mode": "property_firm"}}, 0, 0},
		} {
			f := tt.f
			f.Register = "compound"
			if !f.Past {
				f.On = day2
			}
			seen := map[string]bool{}
			after, total := "", 0
			for pages := 0; ; pages++ {
				p, err := h.reader().List(f, after, 7)
				if err != nil {
					t.Fatal(err)
				}
				if pages == 0 {
					total = p.Total
				}
				for _, row := range p.Rows {
					if seen[row.ID.ID] {
						t.Errorf("%s: %s twice", tt.name, row.ID)
					}
					seen[row.ID.ID] = true
				}
				if after = p.Next; after == "" || pages > 20 {
					break
				}
			}
			want := tt.total
			if tt.n <= 7 && want < 0 {
				want = tt.n // all on one page
			}
			if len(seen) != tt.n || total != want {
				t.Errorf("%s: %d rows, said to be %d; want %d, %d", tt.name, len(seen), total, tt.n, want)
			}
		}
	})
}
