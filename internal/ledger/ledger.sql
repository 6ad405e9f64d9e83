-- name: append
INSERT INTO act (tenant, matter, seq, kind, step, at, recorded, made, person, role, mandate, charter, clause, submission, body, sealed, prev, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18);

-- name: seal
INSERT INTO sealed (tenant, matter, seq, field, salt, value) VALUES ($1, $2, $3, $4, $5, $6);

-- name: acts-after
-- Acts of one matter after a number, oldest first. Walks the primary key.
SELECT tenant, matter, seq, kind, step, at, recorded, made, person, role, mandate, charter, clause, submission, body, sealed, prev, hash FROM act
WHERE tenant = $1 AND matter = $2 AND seq > $3 ORDER BY seq LIMIT $4;

-- name: acts-latest
-- Acts of one matter, newest first. Walks the primary key backwards.
SELECT tenant, matter, seq, kind, step, at, recorded, made, person, role, mandate, charter, clause, submission, body, sealed, prev, hash FROM act
WHERE tenant = $1 AND matter = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4;

-- name: acts-step
-- Acts of one step of a matter, oldest first. Walks the primary key over the matter.
SELECT tenant, matter, seq, kind, step, at, recorded, made, person, role, mandate, charter, clause, submission, body, sealed, prev, hash FROM act
WHERE tenant = $1 AND matter = $2 AND step = $3 ORDER BY seq;

-- name: last
SELECT seq, hash FROM act WHERE tenant = $1 AND matter = $2 ORDER BY seq DESC LIMIT 1;

-- name: matters
-- Matters that have acts, by number. Walks the primary key.
SELECT DISTINCT matter FROM act WHERE tenant = $1 AND matter > $2 ORDER BY matter LIMIT $3;

-- name: unseal
SELECT field, salt, value FROM sealed WHERE tenant = $1 AND matter = $2 AND seq = $3 ORDER BY field;

-- name: erase
DELETE FROM sealed WHERE tenant = $1 AND matter = $2 AND seq = $3 AND field = $4;

-- name: sealed-after
-- The next matter that holds sealed values. Walks the primary key to one row.
SELECT matter FROM sealed WHERE tenant = $1 AND matter > $2 ORDER BY matter LIMIT 1;

-- name: sealed-of
-- Which sealed values a matter holds, at most so many. Walks the primary key.
SELECT matter, seq, field FROM sealed WHERE tenant = $1 AND matter = $2 ORDER BY seq, field LIMIT $3;

-- name: sealed-by
-- The acts of one person that sealed something, after one of them. Walks act_person.
SELECT tenant, matter, seq, kind, step, at, recorded, made, person, role, mandate, charter, clause, submission, body, sealed, prev, hash FROM act
WHERE tenant = $1 AND person = $2 AND sealed <> '' AND (matter > $3 OR matter = $3 AND seq > $4) ORDER BY matter, seq LIMIT $5;

-- name: name-file
INSERT INTO file_use (tenant, hash, matter, seq, field) VALUES ($1, $2, $3, $4, $5);

-- name: file-uses
-- The answers that name a file. Walks the primary key.
SELECT hash, matter, seq, field FROM file_use WHERE tenant = $1 AND hash = $2 ORDER BY matter, seq, field;

-- name: files-of
-- The files that one answer names. Walks file_use_act.
SELECT hash FROM file_use WHERE tenant = $1 AND matter = $2 AND seq = $3 AND field = $4 ORDER BY hash;

-- name: files-named
-- The files that public answers of one matter name, in their order. Walks file_use_act.
SELECT hash, matter, seq, field FROM file_use WHERE tenant = $1 AND matter = $2 AND field = '' ORDER BY seq, hash LIMIT $3;

-- name: unname-files
DELETE FROM file_use WHERE tenant = $1 AND matter = $2 AND seq = $3 AND field = $4;

-- name: reached
SELECT n FROM counter WHERE tenant = $1 AND name = $2;

-- name: reach
-- Never back: of two servers that look at the clock, the later one is right.
INSERT INTO counter (tenant, name, n) VALUES ($1, $2, $3)
ON CONFLICT (tenant, name) DO UPDATE SET n = excluded.n WHERE counter.n < excluded.n;

-- name: submission
SELECT id, matter, first, last, content, recorded FROM submission WHERE tenant = $1 AND id = $2;

-- name: note-submission
INSERT INTO submission (tenant, id, matter, first, last, content, recorded) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: count
INSERT INTO counter (tenant, name, n) VALUES ($1, $2, 1)
ON CONFLICT (tenant, name) DO UPDATE SET n = counter.n + 1 RETURNING n;

-- name: keep-charter
INSERT INTO charter (tenant, digest, files, made) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, digest) DO NOTHING;

-- name: charter
SELECT files FROM charter WHERE tenant = $1 AND digest = $2;

-- name: charters
-- The versions that are kept, the newest first. There are as many as the charter was changed.
SELECT digest, made FROM charter WHERE tenant = $1 ORDER BY made DESC, digest;

-- name: add-tenant
INSERT INTO tenant (tenant, name, title, made) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant) DO NOTHING;

-- name: last-of-house
-- The latest act of a kind in the house's own book. Walks it backwards to it.
SELECT tenant, matter, seq, kind, step, at, recorded, made, person, role, mandate, charter, clause, submission, body, sealed, prev, hash FROM act
WHERE tenant = $1 AND matter = 0 AND kind = $2 ORDER BY seq DESC LIMIT 1;

-- name: queue-unlogged
INSERT INTO unlogged (tenant, recorded, matter, first, last) VALUES ($1, $2, $3, $4, $5);

-- name: unlogged
-- Walks the primary key.
SELECT recorded, matter, first, last FROM unlogged WHERE tenant = $1 ORDER BY recorded, matter, first LIMIT $2;

-- name: last-unlogged
-- Walks the primary key backwards.
SELECT recorded FROM unlogged WHERE tenant = $1 ORDER BY recorded DESC LIMIT 1;

-- name: take-logged
DELETE FROM unlogged WHERE tenant = $1 AND recorded = $2 AND matter = $3 AND first = $4;

-- name: sealed-page
-- Sealed values after one of them, for moving them to another key. Walks the primary key.
SELECT matter, seq, field, value FROM sealed
WHERE tenant = $1 AND (matter > $2 OR matter = $2 AND (seq > $3 OR seq = $3 AND field > $4)) ORDER BY matter, seq, field LIMIT $5;

-- name: reseal
-- The value stays what it was under another key; where it was erased meanwhile, it stays erased.
UPDATE sealed SET value = $5 WHERE tenant = $1 AND matter = $2 AND seq = $3 AND field = $4;
