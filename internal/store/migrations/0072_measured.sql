-- +goose Up

-- Owned by docket: which measures hold for each matter now. Can be thrown away and folded again.
CREATE TABLE measured (
	tenant     bigint  NOT NULL,
	set_key    text    NOT NULL, -- of indicators
	matter     bigint  NOT NULL,
	opened     bigint  NOT NULL,
	grp        text    NOT NULL,
	bits       bigint  NOT NULL,
	is_private boolean NOT NULL,
	PRIMARY KEY (tenant, set_key, matter),
	FOREIGN KEY (tenant, matter) REFERENCES matter (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX measured_opened ON measured (tenant, set_key, opened, grp, bits);
