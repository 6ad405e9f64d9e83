-- +goose Up

-- Owned by attachment: who has sent a file. A digest is no secret, so knowing one lets nobody use another's file.
CREATE TABLE upload (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	hash   text   NOT NULL,
	person text   NOT NULL, -- opaque; whoever has no account goes by that of their receipt
	PRIMARY KEY (tenant, hash, person)
) /*sqlite WITHOUT ROWID*/;
