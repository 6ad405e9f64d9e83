package rowserrcheck

import "database/sql"

func f(db *sql.DB) {
	rows, _ := db.Query("select 1") // want "rowserrcheck: "
	defer rows.Close()
	for rows.Next() {
	}
}
