-- +goose Up

-- Owned by ledger: which answers name a file. A file that no answer names any more is removed with the last that did,
-- and who may open it follows from the matter it was given in.
CREATE TABLE file_use (
	tenant bigint NOT NULL,
	hash   text   NOT NULL,
	matter bigint NOT NULL,
	seq    bigint NOT NULL,
	field  text   NOT NULL, -- of the sealed answer; "" where the public body names it
	PRIMARY KEY (tenant, hash, matter, seq, field),
	FOREIGN KEY (tenant, matter, seq) REFERENCES act (tenant, matter, seq)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX file_use_act ON file_use (tenant, matter, seq, field);
