-- +goose Up

-- Who holds a role in a place: forms that name a person offer the list.
CREATE INDEX mandate_role ON mandate (tenant, role, path, id);
