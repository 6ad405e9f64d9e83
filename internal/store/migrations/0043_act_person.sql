-- +goose Up

-- What somebody answered in confidence: for their own copy of it. Acts that seal nothing do not move this index.
CREATE INDEX act_person ON act (tenant, person, matter, seq) WHERE sealed <> '';
