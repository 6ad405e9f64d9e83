-- +goose Up

-- Owned by docket: how many public reports lie in each square of the ground, in three sizes, by category and subject: for
-- maps that cost the same however many there are. Kept with every report; can be thrown away and folded again.
CREATE TABLE report_cell (
	tenant   bigint NOT NULL,
	method   text   NOT NULL,
	size     bigint NOT NULL, -- side in millionths of a degree
	lat_cell bigint NOT NULL, -- squares from the south pole; -1 is what was not placed
	lon_cell bigint NOT NULL, -- squares from 180 degrees west; -1 is what was not placed
	category text   NOT NULL,
	subject  text   NOT NULL,
	n        bigint NOT NULL,
	n_open   bigint NOT NULL,
	lat_sum  bigint NOT NULL, -- of all n, how far each lies from the south side: their middle is where they are drawn
	lon_sum  bigint NOT NULL, -- the same from the west side
	PRIMARY KEY (tenant, method, size, lat_cell, lon_cell, category, subject)
) /*sqlite WITHOUT ROWID*/;

ALTER TABLE report ADD COLUMN subject text NOT NULL DEFAULT '';
UPDATE report SET subject = (SELECT m.subject FROM matter m WHERE m.tenant = report.tenant AND m.matter = report.matter);

-- What lies in a box, by rows of the smallest squares.
CREATE INDEX report_ground ON report (tenant, method, is_open, ((lat + 90000000) / 512), lon) WHERE is_placed AND NOT is_private;

INSERT INTO report_cell (tenant, method, size, lat_cell, lon_cell, category, subject, n, n_open, lat_sum, lon_sum)
SELECT r.tenant, r.method, s.size,
	CASE WHEN r.is_placed THEN (r.lat + 90000000) / s.size ELSE -1 END, CASE WHEN r.is_placed THEN (r.lon + 180000000) / s.size ELSE -1 END,
	r.category, r.subject, count(*), sum(CASE WHEN r.is_open THEN 1 ELSE 0 END),
	sum(CASE WHEN r.is_placed THEN (r.lat + 90000000) % s.size ELSE 0 END), sum(CASE WHEN r.is_placed THEN (r.lon + 180000000) % s.size ELSE 0 END)
FROM report r CROSS JOIN (SELECT 512 AS size UNION ALL SELECT 2048 UNION ALL SELECT 8192) s
WHERE NOT r.is_private GROUP BY 1, 2, 3, 4, 5, 6, 7;
