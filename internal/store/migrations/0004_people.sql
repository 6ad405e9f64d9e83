-- +goose Up

-- Owned by people: who can sign in. A resident's account is named by the row of the person register.
CREATE TABLE account (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	person   text   NOT NULL, -- as acts name the person
	login    text   NOT NULL, -- what is typed at sign-in; the person's id where there is none
	name     bytea  NOT NULL, -- under the vault's key
	password text   NOT NULL, -- argon2id in PHC form; "" means none was set
	totp     bytea  NOT NULL, -- second factor's secret under the vault's key; empty means none
	closed   bigint NOT NULL, -- µs; 0 is open
	made     bigint NOT NULL,
	PRIMARY KEY (tenant, person),
	UNIQUE (tenant, login)
) /*sqlite WITHOUT ROWID*/;

-- Owned by people: role over a place for a time. The act in the house's own book says who gave it.
CREATE TABLE mandate (
	tenant   bigint NOT NULL,
	id       text   NOT NULL,
	person   text   NOT NULL,
	role     text   NOT NULL,
	register text   NOT NULL, -- "" with row "" is the whole subdistrict
	row      text   NOT NULL,
	path     text   NOT NULL, -- where that row lies
	starts   text   NOT NULL, -- date, first day
	ends     text   NOT NULL, -- date, last day; "" until recalled
	made     bigint NOT NULL,
	PRIMARY KEY (tenant, id),
	FOREIGN KEY (tenant, person) REFERENCES account (tenant, person)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX mandate_person ON mandate (tenant, person, id);

-- Owned by people: one-time codes that let a household in. Only a keyed digest of the code is kept.
CREATE TABLE household_code (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	digest   text   NOT NULL,
	person   text   NOT NULL, -- whose account it opens
	name     bytea  NOT NULL,
	role     text   NOT NULL,
	register text   NOT NULL,
	row      text   NOT NULL,
	path     text   NOT NULL,
	expires  bigint NOT NULL,
	used     bigint NOT NULL, -- 0 not yet
	PRIMARY KEY (tenant, digest)
) /*sqlite WITHOUT ROWID*/;

-- Owned by people: signed-in browsers, by a digest of their cookie.
CREATE TABLE session (
	tenant  bigint NOT NULL REFERENCES tenant (tenant),
	token   text   NOT NULL,
	data    bytea  NOT NULL,
	expires bigint NOT NULL,
	PRIMARY KEY (tenant, token)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX session_expires ON session (tenant, expires);
