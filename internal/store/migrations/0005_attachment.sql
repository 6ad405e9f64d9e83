-- +goose Up

-- Owned by attachment: what is known of stored files. The bytes lie in a folder, by their digest.
CREATE TABLE attachment (
	tenant bigint  NOT NULL REFERENCES tenant (tenant),
	hash   text    NOT NULL,
	name   text    NOT NULL, -- as it was sent
	type   text    NOT NULL, -- as its content says, not its name
	size   bigint  NOT NULL,
	open   boolean NOT NULL, -- anyone may read it
	made   bigint  NOT NULL,
	PRIMARY KEY (tenant, hash)
) /*sqlite WITHOUT ROWID*/;
