-- +goose Up

-- The bits are in the order that the measures have in the version which the matter goes by: another version may name others.
ALTER TABLE measured ADD COLUMN charter text NOT NULL DEFAULT '';
UPDATE measured SET charter = (SELECT m.charter FROM matter m WHERE m.tenant = measured.tenant AND m.matter = measured.matter);
DROP INDEX measured_opened;
CREATE INDEX measured_opened ON measured (tenant, set_key, opened, charter, grp, bits);
