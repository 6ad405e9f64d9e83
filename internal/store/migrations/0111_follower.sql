-- +goose Up

-- Owned by outbox: who wants to be told how a matter goes. Nobody is shown who they are.
CREATE TABLE follower (
	tenant bigint NOT NULL,
	matter bigint NOT NULL,
	person text   NOT NULL,
	made   bigint NOT NULL, -- µs since 1970 UTC
	PRIMARY KEY (tenant, matter, person),
	FOREIGN KEY (tenant, person) REFERENCES account (tenant, person)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX follower_person ON follower (tenant, person, made);

-- Whether a person is told of what they follow.
ALTER TABLE preference ADD COLUMN followed boolean NOT NULL DEFAULT true;
