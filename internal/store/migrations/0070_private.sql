-- +goose Up

-- Owned by docket: a private matter is for whoever began it and those who handle it; public lists pass it over.
ALTER TABLE matter ADD COLUMN is_private boolean NOT NULL DEFAULT false;
