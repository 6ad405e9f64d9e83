-- name: matter
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND matter = $2;

-- name: head
-- The matter as it stands, held until the transaction ends: one writer at a time for each matter.
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND matter = $2;

-- name: head @postgres
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND matter = $2 FOR UPDATE;

-- name: put
INSERT INTO matter (tenant, matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (tenant, matter) DO UPDATE SET charter = excluded.charter, step = excluded.step, result = excluded.result,
	updated = excluded.updated, due = excluded.due, seq = excluded.seq, head = excluded.head;

-- name: move
-- What changes with every act. The rest of a matter's row is written once.
UPDATE matter SET charter = $3, step = $4, result = $5, updated = $6, due = $7, seq = $8, head = $9 WHERE tenant = $1 AND matter = $2;

-- name: list
-- Matters, newest first, below a number, those that are private only where asked for. Walks the primary key backwards;
-- filters are added to it.
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: list-method
-- Matters of one method, newest first. Walks matter_method.
-- The index is named because SQLite would rather walk the primary key backwards, as if any filter were met soon.
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter INDEXED BY matter_method
WHERE tenant = $1 AND method = $5 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: list-method @postgres
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND method = $5 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: list-step
-- Matters of one method at one step, newest first. Walks matter_step.
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter INDEXED BY matter_step
WHERE tenant = $1 AND method = $5 AND step = $6 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: list-step @postgres
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND method = $5 AND step = $6 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: list-subject
-- Matters about one row, newest first. Walks matter_subject.
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter INDEXED BY matter_subject
WHERE tenant = $1 AND subject = $5 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: list-subject @postgres
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND subject = $5 AND matter < $2 AND (NOT is_private OR $4) ORDER BY matter DESC LIMIT $3;

-- name: count-list
-- How many matters there are, counted no further than asked. The four follow the four lists and walk what they walk.
SELECT count(*) FROM (SELECT matter FROM matter WHERE tenant = $1 AND (NOT is_private OR $3) LIMIT $2) AS m;

-- name: count-list-method
SELECT count(*) FROM (SELECT matter FROM matter WHERE tenant = $1 AND method = $4 AND (NOT is_private OR $3) LIMIT $2) AS m;

-- name: count-list-step
SELECT count(*) FROM (SELECT matter FROM matter WHERE tenant = $1 AND method = $4 AND step = $5 AND (NOT is_private OR $3) LIMIT $2) AS m;

-- name: count-list-subject
SELECT count(*) FROM (SELECT matter FROM matter WHERE tenant = $1 AND subject = $4 AND (NOT is_private OR $3) LIMIT $2) AS m;

-- name: open-on-subject
SELECT matter FROM matter WHERE tenant = $1 AND subject = $2 AND method = $3 AND step <> '' ORDER BY matter LIMIT 1;

-- name: count-steps
-- How many open matters stand at each step of each method. Bounded by the number of steps, not of matters.
SELECT method, step, count(*) AS n FROM matter WHERE tenant = $1 AND step <> '' GROUP BY method, step ORDER BY method, step;

-- name: due
-- Matters that time must move, by the instant that was due. Walks matter_due.
SELECT matter, due FROM matter WHERE tenant = $1 AND due > 0 AND due <= $2 ORDER BY due, matter LIMIT $3;

-- name: falling
-- Public matters that time will move in a stretch of time, the soonest first. Walks matter_due.
SELECT matter, method, charter, subject, scope, title_zh, title_en, step, result, opened, updated, due, parent, item, seq, head, is_private FROM matter
WHERE tenant = $1 AND due > 0 AND due > $2 AND due <= $3 AND NOT is_private ORDER BY due, matter LIMIT $4;

-- name: count-began
-- Public matters that began in a stretch of time. Walks matter_opened alone.
SELECT count(*) FROM matter WHERE tenant = $1 AND opened >= $2 AND opened < $3 AND NOT is_private;

-- name: count-ended
-- Public matters that ended in a stretch of time. Walks matter_ended alone.
SELECT count(*) FROM matter WHERE tenant = $1 AND step = '' AND updated >= $2 AND updated < $3 AND NOT is_private;

-- name: next-due
SELECT due FROM matter WHERE tenant = $1 AND due > 0 ORDER BY due LIMIT 1;

-- name: work-of
SELECT matter, verb, item, role, step, scope, opens, due, since FROM work WHERE tenant = $1 AND matter = $2 ORDER BY verb, item, role;

-- name: add-work
INSERT INTO work (tenant, matter, verb, item, role, step, scope, opens, due, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (tenant, matter, verb, item, role) DO UPDATE SET step = excluded.step, opens = excluded.opens, due = excluded.due, since = excluded.since;

-- name: drop-work
DELETE FROM work WHERE tenant = $1 AND matter = $2 AND verb = $3 AND item = $4 AND role = $5;

-- name: queue
-- What a role owes within a place, most pressing first. Walks work_role.
SELECT w.matter, w.verb, w.item, w.role, w.step, w.scope, w.opens, w.due, w.since, m.method, m.title_zh, m.title_en, m.is_private FROM work w
JOIN matter m ON m.tenant = w.tenant AND m.matter = w.matter
WHERE w.tenant = $1 AND w.role = $2 AND w.scope >= $3 AND w.scope < $4 ORDER BY w.due, w.matter, w.verb, w.item LIMIT $5;

-- name: publish
INSERT INTO publication (tenant, matter, step, item, kind, begins, ends, place, seq, changed, is_over) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (tenant, matter, step, item) DO UPDATE SET kind = excluded.kind, begins = excluded.begins, ends = excluded.ends,
	place = excluded.place, seq = excluded.seq, changed = excluded.changed, is_over = excluded.is_over;

-- name: published
-- A public list, the latest beginning first. Walks publication_begins.
SELECT p.matter, p.step, p.item, p.kind, p.begins, p.ends, p.place, p.seq, p.changed, p.is_over, m.method, m.scope, m.title_zh, m.title_en FROM publication p
JOIN matter m ON m.tenant = p.tenant AND m.matter = p.matter
WHERE p.tenant = $1 AND p.kind = $2 AND p.begins >= $3 AND p.begins < $4 AND NOT m.is_private ORDER BY p.begins DESC, p.matter, p.step, p.item LIMIT $5;

-- name: publications-of
SELECT matter, step, item, kind, begins, ends, place, seq, changed, is_over FROM publication WHERE tenant = $1 AND matter = $2 ORDER BY step, item;

-- name: clear-publications
DELETE FROM publication WHERE tenant = $1;

-- name: clear-work
DELETE FROM work WHERE tenant = $1;

-- name: clear-matters
DELETE FROM matter WHERE tenant = $1;

-- name: count-report
-- Counts a public report in the squares it lies in: when it is new, and when it ends or is open again. Runs before
-- put-report, and changes nothing where that changes neither.
INSERT INTO report_cell (tenant, method, size, lat_cell, lon_cell, category, subject, n, n_open, lat_sum, lon_sum)
SELECT CAST($1 AS bigint), CAST($3 AS text), s.size,
	CASE WHEN $8 THEN (CAST($7 AS bigint) + 90000000) / s.size ELSE -1 END, CASE WHEN $8 THEN (CAST($6 AS bigint) + 180000000) / s.size ELSE -1 END,
	CAST($4 AS text), CAST($5 AS text),
	CASE WHEN r.matter IS NULL THEN 1 ELSE 0 END, CASE WHEN $9 THEN 1 ELSE 0 END - CASE WHEN r.is_open THEN 1 ELSE 0 END,
	CASE WHEN $8 AND r.matter IS NULL THEN (CAST($7 AS bigint) + 90000000) % s.size ELSE 0 END, CASE WHEN $8 AND r.matter IS NULL THEN (CAST($6 AS bigint) + 180000000) % s.size ELSE 0 END
FROM (SELECT 512 AS size UNION ALL SELECT 2048 UNION ALL SELECT 8192) s LEFT JOIN report r ON r.tenant = $1 AND r.matter = $2
WHERE (r.matter IS NULL OR r.is_open <> $9)
ON CONFLICT (tenant, method, size, lat_cell, lon_cell, category, subject) DO UPDATE SET n = report_cell.n + excluded.n,
	n_open = report_cell.n_open + excluded.n_open, lat_sum = report_cell.lat_sum + excluded.lat_sum, lon_sum = report_cell.lon_sum + excluded.lon_sum;

-- name: put-report
INSERT INTO report (tenant, matter, method, category, subject, lon, lat, is_placed, opened, updated, is_open, is_private)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (tenant, matter) DO UPDATE SET updated = excluded.updated, is_open = excluded.is_open;

-- name: reports
-- Public reports of one method that were opened in a stretch of time, the newest first. Walks report_opened.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND opened >= $3 AND opened < $4 AND NOT is_private AND (is_open = $5 OR $6) ORDER BY opened DESC, matter DESC LIMIT $7;

-- name: reports-of
-- The same of one category. Walks report_category.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND opened >= $3 AND opened < $4 AND NOT is_private AND (is_open = $5 OR $6) AND category = $8
ORDER BY opened DESC, matter DESC LIMIT $7;

-- name: reports-near
-- Open public reports of one category in a box, opened since an instant. Walks report_near, which holds open ones only.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND category = $3 AND lat >= $4 AND lat <= $5 AND lon >= $6 AND lon <= $7 AND is_placed AND is_open AND NOT is_private
AND opened >= $8 ORDER BY opened DESC, matter DESC LIMIT $9;

-- name: reports-same
-- The same about one row. Walks report_near.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND category = $3 AND is_open AND NOT is_private AND subject = $4 AND opened >= $5
ORDER BY opened DESC, matter DESC LIMIT $6;

-- name: shown-open
-- What is open of the public reports of one method, the newest first, from a report on. Walks report_shown.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND is_open AND NOT is_private AND opened <= $3 AND (opened < $3 OR matter < $4)
AND (category = $5 OR $5 = '') AND (subject = $6 OR $6 = '') AND lat >= $7 AND lat <= $8 AND lon >= $9 AND lon <= $10 AND (is_placed OR $11)
ORDER BY opened DESC, matter DESC LIMIT $12;

-- name: shown
-- The same of what is open and of what has ended, or of the latter alone; opened since an instant. Walks report_opened.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND NOT is_private AND opened <= $3 AND (opened < $3 OR matter < $4) AND opened >= $13 AND (NOT is_open OR $14)
AND (category = $5 OR $5 = '') AND (subject = $6 OR $6 = '') AND lat >= $7 AND lat <= $8 AND lon >= $9 AND lon <= $10 AND (is_placed OR $11)
ORDER BY opened DESC, matter DESC LIMIT $12;

-- name: shown-of
-- The same of one category. Walks report_category.
SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
WHERE tenant = $1 AND method = $2 AND NOT is_private AND opened <= $3 AND (opened < $3 OR matter < $4) AND opened >= $13 AND (NOT is_open OR $14)
AND category = $5 AND (subject = $6 OR $6 = '') AND lat >= $7 AND lat <= $8 AND lon >= $9 AND lon <= $10 AND (is_placed OR $11)
ORDER BY opened DESC, matter DESC LIMIT $12;

-- name: shown-in
-- Public reports in a box, the newest first: open, ended or both. Walks report_ground, a row of squares after another;
-- y + 0 has no type of its own, as the expression in the index has none, without which SQLite would not compare them by it.
WITH RECURSIVE band (y) AS (SELECT CAST($9 AS bigint) UNION ALL SELECT y + 1 FROM band WHERE y < $10)
SELECT r.matter, r.category, r.lon, r.lat, r.is_placed, r.opened, r.updated, r.is_open FROM band CROSS JOIN report r INDEXED BY report_ground
WHERE r.tenant = $1 AND r.method = $2 AND r.is_open IN ($3, $4) AND (r.lat + 90000000) / 512 = band.y + 0 AND r.lon >= $7 AND r.lon <= $8
AND r.lat >= $5 AND r.lat <= $6 AND r.is_placed AND NOT r.is_private AND (r.category = $11 OR $11 = '') AND (r.subject = $12 OR $12 = '')
ORDER BY r.opened DESC, r.matter DESC LIMIT $13;

-- name: shown-in @postgres
-- The limit within keeps each row of squares a walk of its own: joined, PostgreSQL goes through every report of the method.
WITH RECURSIVE band (y) AS (SELECT CAST($9 AS bigint) UNION ALL SELECT y + 1 FROM band WHERE y < $10)
SELECT r.matter, r.category, r.lon, r.lat, r.is_placed, r.opened, r.updated, r.is_open FROM band CROSS JOIN LATERAL (
	SELECT matter, category, lon, lat, is_placed, opened, updated, is_open FROM report
	WHERE tenant = $1 AND method = $2 AND is_open IN ($3, $4) AND (lat + 90000000) / 512 = band.y AND lon >= $7 AND lon <= $8
	AND lat >= $5 AND lat <= $6 AND is_placed AND NOT is_private AND (category = $11 OR $11 = '') AND (subject = $12 OR $12 = '')
	ORDER BY opened DESC, matter DESC LIMIT $13) r
ORDER BY r.opened DESC, r.matter DESC LIMIT $13;

-- name: cells
-- How many public reports lie in each square of a size within a box. Walks the primary key.
SELECT lat_cell, lon_cell, CAST(sum(n) AS bigint) AS n, CAST(sum(n_open) AS bigint) AS n_open, CAST(sum(lat_sum) AS bigint) AS lat_sum, CAST(sum(lon_sum) AS bigint) AS lon_sum FROM report_cell
WHERE tenant = $1 AND method = $2 AND size = $3 AND lat_cell >= $4 AND lat_cell <= $5 AND lon_cell >= $6 AND lon_cell <= $7
AND (category = $8 OR $8 = '') AND (subject = $9 OR $9 = '') GROUP BY lat_cell, lon_cell ORDER BY lat_cell, lon_cell;

-- name: cells-ended
-- The same of what was opened since an instant and has ended. Walks report_opened over that time.
SELECT lat_cell, lon_cell, count(*) AS n, 0 AS n_open, CAST(sum(lat_rest) AS bigint) AS lat_sum, CAST(sum(lon_rest) AS bigint) AS lon_sum FROM (
	SELECT CASE WHEN is_placed THEN (lat + 90000000) / $3 ELSE -1 END AS lat_cell, CASE WHEN is_placed THEN (lon + 180000000) / $3 ELSE -1 END AS lon_cell,
		CASE WHEN is_placed THEN (lat + 90000000) % $3 ELSE 0 END AS lat_rest, CASE WHEN is_placed THEN (lon + 180000000) % $3 ELSE 0 END AS lon_rest
	FROM report WHERE tenant = $1 AND method = $2 AND opened >= $10 AND NOT is_open AND NOT is_private AND (category = $8 OR $8 = '') AND (subject = $9 OR $9 = '')
) AS x WHERE lat_cell >= $4 AND lat_cell <= $5 AND lon_cell >= $6 AND lon_cell <= $7 GROUP BY lat_cell, lon_cell ORDER BY lat_cell, lon_cell;

-- name: clear-reports
DELETE FROM report WHERE tenant = $1;

-- name: clear-cells
DELETE FROM report_cell WHERE tenant = $1;

-- name: end-measure
-- What held until now, where something else does from here on.
UPDATE measure SET ends = $4 WHERE tenant = $1 AND set_key = $2 AND matter = $3 AND ends = 9223372036854775807 AND since < $4
	AND (grp <> $5 OR bits <> $6 OR sums <> $7 OR charter <> $8);

-- name: put-measure
-- What holds from here on, unless it is what held already. Twice at one instant, the last counts.
INSERT INTO measure (tenant, set_key, matter, since, ends, opened, charter, grp, bits, sums, is_private)
SELECT CAST($1 AS bigint), CAST($2 AS text), CAST($3 AS bigint), CAST($4 AS bigint), 9223372036854775807, CAST($5 AS bigint), CAST($6 AS text), CAST($7 AS text), CAST($8 AS bigint), CAST($9 AS text), $10
WHERE NOT EXISTS (SELECT 1 FROM measure WHERE tenant = $1 AND set_key = $2 AND matter = $3 AND ends = 9223372036854775807 AND since < $4)
ON CONFLICT (tenant, set_key, matter, since) DO UPDATE SET charter = excluded.charter, grp = excluded.grp, bits = excluded.bits, sums = excluded.sums;

-- name: put-measure @postgres
INSERT INTO measure (tenant, set_key, matter, since, ends, opened, charter, grp, bits, sums, is_private)
SELECT $1::bigint, $2::text, $3::bigint, $4::bigint, 9223372036854775807, $5::bigint, $6::text, $7::text, $8::bigint, $9::text, $10::boolean
WHERE NOT EXISTS (SELECT 1 FROM measure WHERE tenant = $1 AND set_key = $2 AND matter = $3 AND ends = 9223372036854775807 AND since < $4)
ON CONFLICT (tenant, set_key, matter, since) DO UPDATE SET charter = excluded.charter, grp = excluded.grp, bits = excluded.bits, sums = excluded.sums;

-- name: measured
-- How many matters that were opened in a stretch of time had which measures as of an instant. Walks measure_opened alone.
SELECT charter, grp, bits, sums, is_private, count(*) AS n FROM measure WHERE tenant = $1 AND set_key = $2 AND opened >= $3 AND opened < $4 AND ends > $5 AND since <= $5
GROUP BY charter, grp, bits, sums, is_private ORDER BY charter, grp, bits, sums, is_private;

-- name: measured-rows
-- The matters behind a figure that went by one version, the newest first.
SELECT m.matter, m.method, m.charter, m.subject, m.scope, m.title_zh, m.title_en, m.step, m.result, m.opened, m.updated, m.due, m.parent, m.item, m.seq, m.head, m.is_private, x.sums
FROM measure x JOIN matter m ON m.tenant = x.tenant AND m.matter = x.matter
WHERE x.tenant = $1 AND x.set_key = $2 AND x.opened >= $3 AND x.opened < $4 AND x.ends > $5 AND x.since <= $5 AND x.charter = $6 AND (x.bits & $7) = $7 AND (x.grp = $8 OR $8 = '') AND x.matter < $9
ORDER BY x.matter DESC LIMIT $10;

-- name: measured-all
-- What is measured of every matter now, in the order of their numbers, a page after another.
SELECT matter, opened, charter, grp, bits, is_private FROM measure WHERE tenant = $1 AND set_key = $2 AND matter > $3 AND ends = 9223372036854775807 ORDER BY matter LIMIT $4;

-- name: clear-measured
DELETE FROM measure WHERE tenant = $1;

-- name: put-presence
INSERT INTO presence (tenant, matter, step, item, person, came, hours) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (tenant, matter, step, item, person) DO UPDATE SET hours = excluded.hours;

-- name: presences
-- Where somebody came, the latest first, with the hours that were said of the place. Walks presence_person.
SELECT p.matter, p.step, p.item, p.person, p.came, coalesce(h.hours, 0) AS hours, m.method, m.result, m.title_zh, m.title_en FROM presence p
JOIN matter m ON m.tenant = p.tenant AND m.matter = p.matter
LEFT JOIN presence h ON h.tenant = p.tenant AND h.matter = p.matter AND h.step = p.step AND h.item = p.item AND h.person = ''
WHERE p.tenant = $1 AND p.person = $2 AND p.person <> '' ORDER BY p.came DESC, p.matter DESC, p.step, p.item LIMIT $3;

-- name: clear-presences
DELETE FROM presence WHERE tenant = $1;
