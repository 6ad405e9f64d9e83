-- +goose Up

-- Owned by people: what programs sign in with. Only a keyed digest of the token is kept.
CREATE TABLE api_token (
	tenant  bigint NOT NULL,
	digest  text   NOT NULL,
	person  text   NOT NULL, -- in whose name the program acts
	label   text   NOT NULL, -- what the person calls it: "meter readings"
	expires bigint NOT NULL, -- µs since 1970 UTC
	made    bigint NOT NULL,
	PRIMARY KEY (tenant, digest),
	FOREIGN KEY (tenant, person) REFERENCES account (tenant, person)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX api_token_person ON api_token (tenant, person, made);
