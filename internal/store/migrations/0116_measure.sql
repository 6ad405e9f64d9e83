-- +goose Up

-- Owned by docket: which measures of a set held for a matter, from when it was recorded until something else was: what a
-- figure was at an earlier instant is read from here. Can be thrown away and folded again, and comes out the same.
CREATE TABLE measure (
	tenant     bigint  NOT NULL,
	set_key    text    NOT NULL, -- of indicators
	matter     bigint  NOT NULL,
	since      bigint  NOT NULL, -- µs; when the act that made it so was recorded
	ends       bigint  NOT NULL, -- µs; 9223372036854775807 while it is so
	opened     bigint  NOT NULL,
	charter    text    NOT NULL, -- the version the matter went by, in whose order bits and sums are
	grp        text    NOT NULL,
	bits       bigint  NOT NULL,
	sums       text    NOT NULL, -- amounts that are added up: "49,50"
	is_private boolean NOT NULL,
	PRIMARY KEY (tenant, set_key, matter, since),
	FOREIGN KEY (tenant, matter) REFERENCES matter (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX measure_opened ON measure (tenant, set_key, opened, ends, since, charter, grp, bits, sums, is_private);

-- What held before nobody kept; "gongzhi refold" finds it in the record.
INSERT INTO measure (tenant, set_key, matter, since, ends, opened, charter, grp, bits, sums, is_private)
SELECT x.tenant, x.set_key, x.matter, m.updated, 9223372036854775807, x.opened, x.charter, x.grp, x.bits, '', x.is_private
FROM measured x JOIN matter m ON m.tenant = x.tenant AND m.matter = x.matter;

DROP TABLE measured;
