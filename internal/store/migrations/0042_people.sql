-- +goose Up

-- The browser that used a code, by a digest of what it was given with the form: when its answer is lost on the way, the
-- same browser may send the code again for some minutes, and nobody else.
ALTER TABLE household_code ADD COLUMN browser text NOT NULL DEFAULT '';
