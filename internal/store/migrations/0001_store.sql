-- +goose Up

-- A tenant is one subdistrict (or a town, a campus): everything else belongs to exactly one. On a sharded PostgreSQL
-- this is a reference table, present on each node.
CREATE TABLE tenant (
	tenant bigint NOT NULL PRIMARY KEY,
	name   text   NOT NULL, -- short, in addresses and files: linshanzhai
	title  text   NOT NULL, -- as people write it
	made   bigint NOT NULL  -- µs since 1970 UTC
) /*sqlite WITHOUT ROWID*/;

-- What an installation remembers about itself, by key. Values are canonical JSON. Nothing that governs stands here:
-- that is the charter's.
CREATE TABLE setting (
	tenant  bigint NOT NULL REFERENCES tenant (tenant),
	key     text   NOT NULL,
	value   text   NOT NULL,
	changed bigint NOT NULL, -- µs since 1970 UTC
	PRIMARY KEY (tenant, key)
) /*sqlite WITHOUT ROWID*/;
