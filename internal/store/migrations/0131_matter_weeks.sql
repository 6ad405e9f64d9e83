-- +goose Up

-- How many matters began and ended in a week is counted from these, however many there are.
CREATE INDEX matter_opened ON matter (tenant, opened, is_private);
CREATE INDEX matter_ended ON matter (tenant, updated, is_private) WHERE step = '';
