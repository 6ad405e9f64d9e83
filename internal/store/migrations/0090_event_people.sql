-- +goose Up

-- Owned by outbox: work is not told to those who may not do it.
ALTER TABLE event ADD COLUMN spared text NOT NULL DEFAULT ''; -- people who are kept away from it, one a line
ALTER TABLE event ADD COLUMN named  text NOT NULL DEFAULT ''; -- when not "", it was given to these by name, one a line
