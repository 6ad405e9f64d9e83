-- +goose Up

-- Owned by book: a number that every change of a register takes first. A plan made when it was n still holds as long as it
-- is n; on PostgreSQL whoever changes registers waits here for whoever began before.
CREATE TABLE register_turn (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	n      bigint NOT NULL,
	PRIMARY KEY (tenant)
) /*sqlite WITHOUT ROWID*/;

-- Owned by book: the change set that is being written in pieces, one at a time. Its rows stand in register_row with an empty
-- valid_to, where nobody sees them, until all are shown at once. What a stopped process left here is taken back, or tidied up
-- where it was shown.
CREATE TABLE register_open (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	change text   NOT NULL,
	shown  bigint NOT NULL, -- 1: its rows stand; only words of what they were before are left to drop
	done   bigint NOT NULL, -- rows written
	total  bigint NOT NULL, -- of so many; 0 while it is being planned
	seen   bigint NOT NULL, -- µs since 1970 UTC: when its writer last wrote
	PRIMARY KEY (tenant)
) /*sqlite WITHOUT ROWID*/;
