-- +goose Up

-- Owned by urn: the slips of secret votes that are open. One row holds all slips of one vote, sorted, padded to a fixed
-- size and sealed under a key of its own that lies in a file and is destroyed at the count. There is no voter, no order
-- and no time here, and no row for a single slip.
CREATE TABLE urn (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	matter bigint NOT NULL,
	box    text   NOT NULL, -- step and visit
	sealed bytea  NOT NULL,
	PRIMARY KEY (tenant, matter, box)
) /*sqlite WITHOUT ROWID*/;
