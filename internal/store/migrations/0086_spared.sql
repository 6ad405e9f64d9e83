-- +goose Up

-- Owned by book: characters that nobody had to type, by day and by how they came. A count of figures, not of people.
CREATE TABLE spared (
	tenant bigint NOT NULL REFERENCES tenant (tenant),
	day    text   NOT NULL, -- 2006-01-02
	how    text   NOT NULL, -- sheet: written by an import; form: filled in by the house and sent unchanged
	n      bigint NOT NULL,
	PRIMARY KEY (tenant, day, how)
) /*sqlite WITHOUT ROWID*/;
