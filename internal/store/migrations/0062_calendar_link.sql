-- +goose Up

-- Owned by people: the secret links of calendars. Only a keyed digest of the link is kept.
CREATE TABLE calendar_link (
	tenant bigint NOT NULL,
	person text   NOT NULL,
	digest text   NOT NULL,
	made   bigint NOT NULL, -- µs since 1970 UTC
	PRIMARY KEY (tenant, person),
	UNIQUE (tenant, digest),
	FOREIGN KEY (tenant, person) REFERENCES account (tenant, person)
) /*sqlite WITHOUT ROWID*/;
