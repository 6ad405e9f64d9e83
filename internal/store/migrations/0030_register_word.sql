-- +goose Up

-- Owned by book: the words by which a row is found as it last stands, and the values by which lists are filtered. It
-- follows from register_row and the charter, and is written anew when it no longer fits them. Nothing personal is in it.
CREATE TABLE register_word (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	word     text /*postgres COLLATE "C"*/ NOT NULL,
	register text   NOT NULL,
	path     text /*postgres COLLATE "C"*/ NOT NULL, -- as in register_row
	reach    bigint NOT NULL, -- who may find by it: 1 anyone, 2 staff, 3 the book itself
	PRIMARY KEY (tenant, word, register, path)
) /*sqlite WITHOUT ROWID*/;

-- What the words were made from: a digest over the registers that may be found. Another charter makes other words.
CREATE TABLE register_indexed (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	digest text   NOT NULL,
	PRIMARY KEY (tenant)
) /*sqlite WITHOUT ROWID*/;
