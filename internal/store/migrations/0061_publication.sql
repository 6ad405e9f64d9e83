-- +goose Up

-- Owned by docket: notices and meetings as public lists show them. Can be thrown away and folded again.
CREATE TABLE publication (
	tenant  bigint  NOT NULL,
	matter  bigint  NOT NULL,
	step    text    NOT NULL,
	item    text    NOT NULL, -- which, where a step has several
	kind    text    NOT NULL, -- notice or meeting
	begins  bigint  NOT NULL, -- µs since 1970 UTC
	ends    bigint  NOT NULL, -- µs; 0 where it has none
	place   text    NOT NULL,
	seq     bigint  NOT NULL, -- of the act that made it what it is
	changed bigint  NOT NULL,
	is_over boolean NOT NULL, -- taken back
	PRIMARY KEY (tenant, matter, step, item),
	FOREIGN KEY (tenant, matter) REFERENCES matter (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX publication_begins ON publication (tenant, kind, begins);
