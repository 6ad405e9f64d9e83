-- +goose Up

-- Owned by outbox: that something happened of which somebody is to be told. Written with the act, gone as soon as it is
-- known who is told.
CREATE TABLE event (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	id     text   NOT NULL, -- what it is, so that it stands once
	matter bigint NOT NULL,
	seq    bigint NOT NULL, -- of the act it follows from
	kind   text   NOT NULL, -- work, notice, decided
	role   text   NOT NULL, -- work: who owes it; else ""
	step   text   NOT NULL,
	scope  text   NOT NULL, -- where the matter lies
	verb   text   NOT NULL, -- work: what is owed
	due    bigint NOT NULL, -- µs; 0 where nothing presses
	at     bigint NOT NULL, -- µs since 1970 UTC
	ready  bigint NOT NULL, -- µs: not to be taken before; a claim moves it on
	tries  bigint NOT NULL,
	PRIMARY KEY (tenant, id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX event_ready ON event (tenant, ready);

-- Owned by outbox: what is shown to one person here. One for each person and event.
CREATE TABLE notification (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	person text   NOT NULL,
	id     text   NOT NULL, -- "7-12-work", as the event
	made   bigint NOT NULL, -- µs since 1970 UTC: when the thing happened
	seen   bigint NOT NULL, -- µs; 0 not yet
	matter bigint NOT NULL,
	kind   text   NOT NULL,
	step   text   NOT NULL,
	due    bigint NOT NULL,
	PRIMARY KEY (tenant, person, id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX notification_made ON notification (tenant, person, made);
CREATE INDEX notification_unseen ON notification (tenant, person) WHERE seen = 0;

-- Owned by outbox: what is to be carried out of the house, and what became of it.
CREATE TABLE message (
	tenant  bigint NOT NULL REFERENCES tenant (tenant),
	id      text   NOT NULL, -- stable: sent again, it is the same message
	channel text   NOT NULL, -- email, sms, or the name of a hook or robot of the configuration
	person  text   NOT NULL, -- to whom; "" for a hook or a robot
	matter  bigint NOT NULL,
	kind    text   NOT NULL,
	step    text   NOT NULL,
	due     bigint NOT NULL,
	at      bigint NOT NULL, -- when the thing happened
	made    bigint NOT NULL,
	ready   bigint NOT NULL, -- not to be taken before; a claim moves it on
	tries   bigint NOT NULL,
	state   bigint NOT NULL, -- 1 waiting, 2 sent, 3 given up
	fault   text   NOT NULL, -- why the last try failed
	PRIMARY KEY (tenant, id)
) /*sqlite WITHOUT ROWID*/;
CREATE INDEX message_ready ON message (tenant, channel, ready) WHERE state = 1;
CREATE INDEX message_dead ON message (tenant, made) WHERE state = 3;
CREATE INDEX message_sent ON message (tenant, made) WHERE state = 2;

-- Owned by outbox: how a person wants to be told. Nobody needs a row: without one, notes are shown here and nothing
-- leaves the house.
CREATE TABLE preference (
	tenant  bigint  NOT NULL REFERENCES tenant (tenant),
	person  text    NOT NULL,
	channel text    NOT NULL, -- email, sms, or "" for here only
	address bytea   NOT NULL, -- under the vault's key
	work    boolean NOT NULL,
	notice  boolean NOT NULL,
	decided boolean NOT NULL,
	changed bigint  NOT NULL,
	PRIMARY KEY (tenant, person)
) /*sqlite WITHOUT ROWID*/;
