-- +goose Up

-- Owned by docket: who came to which place of a session; a row without a person says how many hours everybody who came
-- there worked. Can be thrown away and folded again.
CREATE TABLE presence (
	tenant bigint NOT NULL,
	matter bigint NOT NULL,
	step   text   NOT NULL,
	item   text   NOT NULL, -- the place
	person text   NOT NULL, -- "" says of all
	came   bigint NOT NULL, -- µs since 1970 UTC
	hours  bigint NOT NULL,
	PRIMARY KEY (tenant, matter, step, item, person),
	FOREIGN KEY (tenant, matter) REFERENCES matter (tenant, matter)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX presence_person ON presence (tenant, person, came) WHERE person <> '';
