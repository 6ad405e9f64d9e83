-- +goose Up

-- Owned by access: who read what was sealed, and what for. Rows are added, never changed; they are removed from the
-- beginning only, when the time the charter keeps them is over, and the certificate of that says where the chain goes on.
CREATE TABLE access_entry (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	seq      bigint NOT NULL, -- from 1 within the tenant, without gaps
	at       bigint NOT NULL, -- µs since 1970 UTC
	person   text   NOT NULL, -- who read
	role     text   NOT NULL,
	mandate  text   NOT NULL,
	purpose  text   NOT NULL, -- key of the charter's dictionary
	door     text   NOT NULL, -- web, cli
	place    text   NOT NULL, -- path of the place it was read in
	object   text   NOT NULL, -- "row person/x" or "act 3/17"
	fields   text   NOT NULL, -- names, comma between
	subject  text   NOT NULL, -- whom it tells of, as acts name them; "" where nobody
	prev     text   NOT NULL,
	hash     text   NOT NULL,
	PRIMARY KEY (tenant, seq)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX access_entry_subject ON access_entry (tenant, subject, seq);

-- Owned by access: the last entry. Its row is held while an entry is added, so that two servers never add the same number.
CREATE TABLE access_head (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	seq    bigint NOT NULL,
	hash   text   NOT NULL,
	PRIMARY KEY (tenant)
) /*sqlite WITHOUT ROWID*/;
