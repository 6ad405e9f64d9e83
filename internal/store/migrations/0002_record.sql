-- +goose Up

-- Owned by ledger: what was done. Rows are added, never changed, never removed.
CREATE TABLE act (
	tenant     bigint NOT NULL REFERENCES tenant (tenant),
	matter     bigint NOT NULL, -- 0 is the house's own book
	seq        bigint NOT NULL, -- from 1 within the matter, without gaps
	kind       text   NOT NULL,
	step       text   NOT NULL,
	at         bigint NOT NULL, -- µs since 1970 UTC: when it counts as done
	recorded   bigint NOT NULL, -- µs: when it was written
	person     text   NOT NULL,
	role       text   NOT NULL,
	mandate    text   NOT NULL,
	charter    text   NOT NULL, -- digest of the version it was done under
	clause     text   NOT NULL,
	submission text   NOT NULL,
	body       text   NOT NULL, -- canonical JSON, public
	sealed     text   NOT NULL, -- JSON list of commitments, or ""
	prev       text   NOT NULL,
	hash       text   NOT NULL,
	PRIMARY KEY (tenant, matter, seq)
) /*sqlite WITHOUT ROWID*/;

-- Owned by ledger: the values behind commitments. Erasing a row forgets the value and leaves the chain whole.
CREATE TABLE sealed (
	tenant bigint NOT NULL,
	matter bigint NOT NULL,
	seq    bigint NOT NULL,
	field  text   NOT NULL,
	salt   bytea  NOT NULL,
	value  bytea  NOT NULL, -- under the vault's key
	PRIMARY KEY (tenant, matter, seq, field),
	FOREIGN KEY (tenant, matter, seq) REFERENCES act (tenant, matter, seq)
) /*sqlite WITHOUT ROWID*/;

-- Owned by ledger: which acts a submission led to, so that the same one sent again gets the same answer.
CREATE TABLE submission (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	id       text   NOT NULL,
	matter   bigint NOT NULL,
	first    bigint NOT NULL,
	last     bigint NOT NULL,
	content  text   NOT NULL, -- digest of what was sent
	recorded bigint NOT NULL,
	PRIMARY KEY (tenant, id)
) /*sqlite WITHOUT ROWID*/;

-- Owned by ledger: running numbers of a tenant.
CREATE TABLE counter (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	name   text   NOT NULL,
	n      bigint NOT NULL,
	PRIMARY KEY (tenant, name)
) /*sqlite WITHOUT ROWID*/;

-- Owned by ledger: every version of a charter that acts were done under, as the files were.
CREATE TABLE charter (
	tenant  bigint NOT NULL REFERENCES tenant (tenant),
	digest  text   NOT NULL,
	files   bytea  NOT NULL, -- a zip whose bytes depend on the files only
	made    bigint NOT NULL,
	PRIMARY KEY (tenant, digest)
) /*sqlite WITHOUT ROWID*/;

-- Owned by docket: where every matter stands. Can be thrown away and folded again.
CREATE TABLE matter (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	matter   bigint NOT NULL,
	method   text   NOT NULL,
	charter  text   NOT NULL,
	subject  text   NOT NULL, -- "compound/yinghe91", or ""
	scope    text   NOT NULL, -- where the subject lies: "/community/nyyh/compound/yinghe91/"
	title_zh text   NOT NULL,
	title_en text   NOT NULL,
	step     text   NOT NULL, -- "" when closed
	result   text   NOT NULL, -- "" while open
	opened   bigint NOT NULL,
	updated  bigint NOT NULL,
	due      bigint NOT NULL, -- µs when time alone moves it; 0 never
	parent   bigint NOT NULL, -- 0 none
	item     text   NOT NULL,
	seq      bigint NOT NULL, -- of its last act
	head     text   NOT NULL, -- hash of its last act
	PRIMARY KEY (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX matter_due ON matter (tenant, due, matter) WHERE due > 0;
CREATE INDEX matter_method ON matter (tenant, method, matter); -- a list of one method, at any number of matters
CREATE INDEX matter_step ON matter (tenant, method, step, matter);
CREATE INDEX matter_subject ON matter (tenant, subject, matter);
CREATE INDEX matter_parent ON matter (tenant, parent, matter) WHERE parent > 0;

-- Owned by docket: what is owed, by role and place. Can be thrown away and folded again.
CREATE TABLE work (
	tenant bigint NOT NULL,
	matter bigint NOT NULL,
	verb   text   NOT NULL,
	item   text   NOT NULL,
	role   text   NOT NULL,
	step   text   NOT NULL,
	scope  text   NOT NULL,
	opens  bigint NOT NULL, -- µs; 0 is open already
	due    bigint NOT NULL, -- µs; 9223372036854775807 where nothing presses, so that it sorts last
	since  bigint NOT NULL,
	PRIMARY KEY (tenant, matter, verb, item, role),
	FOREIGN KEY (tenant, matter) REFERENCES matter (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX work_role ON work (tenant, role, due, matter);
