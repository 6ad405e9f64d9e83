package book_test

import (
	"context"
	"fmt"
	"testing"

	"gongzhi/internal/act"
	"gongzhi/internal/book"
	"gongzhi/internal/register"
	"gongzhi/internal/store"
	"gongzhi/internal/store/storetest"
)

// BenchmarkImport writes 20,000 new rows of a dozen columns as one change set, with every word of them, as an import that
// was confirmed does:
//
//	go test ./internal/book -run '^$' -bench Import -benchtime 3x
//
// for SQLite, and within scripts/with-postgres for both.
func BenchmarkImport(b *testing.B) {
	for _, engine := range [...]store.Engine{store.SQLite, store.Postgres} {
		b.Run(engine.String(), func(b *testing.B) {
			h := open(b, storetest.Open(b, store.Config{URL: storetest.URL(b, engine)}))
			round := 0
			for b.Loop() {
				round++
				set := book.Set{On: day1, Entries: enterprises(20_000, round)}
				h.write(func(ctx context.Context, tx *store.Tx) error {
					p, err := h.book.Plan(ctx, tx, tenant, h.schemas, set)
					if err != nil {
						return err
					}
					_, _, err = h.book.Apply(ctx, tx, tenant, h.schemas, p, tx.Now(), fmt.Sprint("import-", round))
					return err
				})
			}
		})
	}
}

func enterprises(n, round int) []register.Entry {
	list := make([]register.Entry, n)
	for i := range list {
		industry, state := "c", "operating"
		if i%2 == 0 {
			industry = "f"
		}
		list[i] = register.Entry{ID: act.RowID{Register: "enterprise", ID: fmt.Sprintf("bench%d-%d", round, i*7919%n)}, Values: map[string]any{
			"name": fmt.Sprintf("演示企业%d轮%d号", round, i), "uscc": fmt.Sprintf("9141%014d", round*n+i), "community": "community/nyyh", "address": fmt.Sprintf("演示路%d号", i%900+1),
			"industry": industry, "employees": int64(i % 300), "key": i%50 == 0, "state": state, "contact": fmt.Sprintf("演示%c", []rune("甲乙丙丁")[i%4]),
			"phone": fmt.Sprintf("138%08d", i),
		}}
	}
	return list
}
