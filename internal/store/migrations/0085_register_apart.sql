-- +goose Up

-- Owned by book: rows that seemed to be one and that somebody found to be two. They are not proposed for merging again; the
-- act in the house's own book says who looked and when.
CREATE TABLE register_apart (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	register text   NOT NULL,
	one      text   NOT NULL, -- ids, the lesser first
	other    text   NOT NULL,
	made     bigint NOT NULL, -- µs since 1970 UTC
	PRIMARY KEY (tenant, register, one, other)
) /*sqlite WITHOUT ROWID*/;
