-- +goose Up

-- Owned by ledger: acts that the public log does not hold yet, as the stretch that one write added to one matter.
-- Written with the acts and taken away when the log has them.
CREATE TABLE unlogged (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	recorded bigint NOT NULL, -- µs since 1970 UTC
	matter   bigint NOT NULL,
	first    bigint NOT NULL,
	last     bigint NOT NULL,
	PRIMARY KEY (tenant, recorded, matter, first)
) /*sqlite WITHOUT ROWID*/;

-- What was recorded before there was a log belongs into it too.
INSERT INTO unlogged (tenant, recorded, matter, first, last)
SELECT tenant, MIN(recorded), matter, MIN(seq), MAX(seq) FROM act GROUP BY tenant, matter;

-- Owned by tlog: the tree as it was signed last.
CREATE TABLE log_tree (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	size   bigint NOT NULL, -- leaves
	root   text   NOT NULL, -- lower-case hex
	note   text   NOT NULL, -- the signed checkpoint
	made   bigint NOT NULL, -- µs since 1970 UTC
	holder text   NOT NULL, -- the process that integrates; several may serve one database
	until  bigint NOT NULL, -- µs: when another may, if nothing was heard of it
	PRIMARY KEY (tenant)
) /*sqlite WITHOUT ROWID*/;

-- Owned by tlog: the hashes of the tree in tiles of 256, as they are served. Only the last tile of a level grows.
CREATE TABLE log_tile (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	level  bigint NOT NULL,
	n      bigint NOT NULL,
	hashes bytea  NOT NULL,
	PRIMARY KEY (tenant, level, n)
) /*sqlite WITHOUT ROWID*/;

-- Owned by tlog: which acts the leaves are. A stretch begins at leaf n and holds the acts first to last of one matter.
CREATE TABLE log_stretch (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	n      bigint NOT NULL,
	matter bigint NOT NULL,
	first  bigint NOT NULL,
	last   bigint NOT NULL,
	PRIMARY KEY (tenant, n),
	UNIQUE (tenant, matter, first)
) /*sqlite WITHOUT ROWID*/;

-- Owned by tlog: what witnesses have signed: the newest checkpoint of each.
CREATE TABLE log_witness (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	key    text   NOT NULL, -- verifier key, which begins with the witness's name
	size   bigint NOT NULL,
	root   text   NOT NULL,
	line   text   NOT NULL, -- its signature line
	signed bigint NOT NULL, -- µs: when the witness says it signed
	PRIMARY KEY (tenant, key)
) /*sqlite WITHOUT ROWID*/;
