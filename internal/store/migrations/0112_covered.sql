-- +goose Up

-- Owned by attachment: copies of pictures on which somebody has covered faces and plates, before any of them is public.
CREATE TABLE covered (
	tenant   bigint NOT NULL REFERENCES tenant (tenant),
	matter   bigint NOT NULL, -- in whose sealed answers the picture stands
	original text   NOT NULL, -- digest
	copy     text   NOT NULL, -- digest
	person   text   NOT NULL, -- who covered it
	made     bigint NOT NULL, -- µs since 1970 UTC
	PRIMARY KEY (tenant, matter, original, copy)
) /*sqlite WITHOUT ROWID*/;
