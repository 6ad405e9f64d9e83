package sqlclosecheck

import "database/sql"

func f(db *sql.DB) error {
	rows, err := db.Query("select 1") // want "sqlclosecheck: "
	if err != nil {
		return err
	}
	for rows.Next() {
	}
	return rows.Err()
}
