-- +goose Up

-- Owned by docket: matters that say where something is and of what category. Can be thrown away and folded again.
CREATE TABLE report (
	tenant     bigint  NOT NULL,
	matter     bigint  NOT NULL,
	method     text    NOT NULL,
	category   text    NOT NULL, -- id of a row
	lon        bigint  NOT NULL, -- millionths of a degree, CGCS2000
	lat        bigint  NOT NULL,
	is_placed  boolean NOT NULL, -- whether it was given at all
	opened     bigint  NOT NULL,
	updated    bigint  NOT NULL,
	is_open    boolean NOT NULL,
	is_private boolean NOT NULL,
	PRIMARY KEY (tenant, matter),
	FOREIGN KEY (tenant, matter) REFERENCES matter (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX report_opened ON report (tenant, method, opened, matter);
CREATE INDEX report_category ON report (tenant, method, category, opened, matter);
CREATE INDEX report_lat ON report (tenant, method, lat, lon) WHERE is_placed;
