-- +goose Up

-- The rows of all registers, as versions. A version is written once; only two things ever change in it: valid_to, set
-- when the next version begins, and sealed, emptied when somebody is to be forgotten. A row stands on a date when
-- valid_from <= date < valid_to and ended = 0. Several versions may begin on one day; the last of them counts.
CREATE TABLE register_row (
	tenant     bigint NOT NULL REFERENCES tenant (tenant),
	register   text   NOT NULL,
	id         text   NOT NULL,
	version    bigint NOT NULL, -- from 1 within the row
	path       text /*postgres COLLATE "C"*/ NOT NULL, -- its ancestors and itself: a subtree is one range of the index
	valid_from text /*postgres COLLATE "C"*/ NOT NULL, -- first day, 2006-01-02
	valid_to   text /*postgres COLLATE "C"*/ NOT NULL, -- first day no longer; 9999-12-31 while it is the last version
	ended      bigint NOT NULL, -- 1: from valid_from the row is no more
	body       text   NOT NULL, -- canonical JSON: what is open, and commitments to what is sealed
	hash       text   NOT NULL, -- SHA-256 of body
	sealed     text   NOT NULL, -- JSON: personal fields, each encrypted
	change     text   NOT NULL,
	made       bigint NOT NULL, -- µs since 1970 UTC
	PRIMARY KEY (tenant, register, id, version)
) /*sqlite WITHOUT ROWID*/;

CREATE INDEX register_row_path ON register_row (tenant, register, path, valid_from);
CREATE INDEX register_row_change ON register_row (tenant, change);

-- Finds a row by the exact value of a personal field without holding it: blind is an HMAC under a key that lies
-- outside the database.
CREATE TABLE register_blind (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	register text   NOT NULL,
	field    text   NOT NULL,
	blind    text   NOT NULL,
	id       text   NOT NULL,
	version  bigint NOT NULL,
	PRIMARY KEY (tenant, register, field, blind, id, version)
) /*sqlite WITHOUT ROWID*/;

-- One edit or one import. The act that records it holds the same counts and root.
CREATE TABLE register_change (
	tenant    bigint NOT NULL REFERENCES tenant (tenant),
	id        text   NOT NULL,
	valid_on  text   NOT NULL, -- the day its versions begin
	added     bigint NOT NULL,
	changed   bigint NOT NULL,
	unchanged bigint NOT NULL,
	ended     bigint NOT NULL,
	root      text   NOT NULL,
	undoes    text   NOT NULL, -- the change it takes back, or empty
	made      bigint NOT NULL,
	PRIMARY KEY (tenant, id)
) /*sqlite WITHOUT ROWID*/;
