-- +goose Up

-- When it was done by the word of a phone that had no signal, µs since 1970 UTC; 0 for everything that came at once.
ALTER TABLE act ADD COLUMN made bigint NOT NULL DEFAULT 0;
