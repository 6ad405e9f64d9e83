package store

import sqlite3 "modernc.org/sqlite/lib"

// Steps is how many instructions of SQLite's machine reading has taken so far: what a question costs, whatever else the
// computer does meanwhile. It is there for tests of what must not grow, waits for readers that are busy, and counts the
// statements that are still prepared. On PostgreSQL it is 0.
func (db *DB) Steps() (n int64) {
	idle := make([]*session, 0, cap(db.readers))
	for range cap(db.readers) {
		idle = append(idle, <-db.readers)
	}
	for _, s := range idle {
		for _, stmt := range s.stmts {
			n += int64(sqlite3.Xsqlite3_stmt_status(s.handle.tls, stmt.at, sqlite3.SQLITE_STMTSTATUS_VM_STEP, 0))
		}
		db.putReader(s)
	}
	return n
}
