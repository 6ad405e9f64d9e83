-- name: next
-- Takes the next number and holds the head until the transaction ends.
INSERT INTO access_head (tenant, seq, hash) VALUES ($1, 1, '')
ON CONFLICT (tenant) DO UPDATE SET seq = access_head.seq + 1 RETURNING seq, hash;

-- name: head
UPDATE access_head SET hash = $2 WHERE tenant = $1;

-- name: add
INSERT INTO access_entry (tenant, seq, at, person, role, mandate, purpose, door, place, object, fields, subject, prev, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14);

-- name: latest
-- Entries before a number, newest first. Walks the primary key backwards.
SELECT seq, at, person, role, mandate, purpose, door, place, object, fields, subject, prev, hash FROM access_entry
WHERE tenant = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3;

-- name: about
-- Entries about one person before a number, newest first. Walks access_entry_subject.
SELECT seq, at, person, role, mandate, purpose, door, place, object, fields, subject, prev, hash FROM access_entry
WHERE tenant = $1 AND subject = $2 AND seq < $3 ORDER BY seq DESC LIMIT $4;

-- name: after
-- Entries after a number, oldest first. Walks the primary key.
SELECT seq, at, person, role, mandate, purpose, door, place, object, fields, subject, prev, hash FROM access_entry
WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT $3;

-- name: drop
-- Removes the oldest entries, up to a number.
DELETE FROM access_entry WHERE tenant = $1 AND seq <= $2;
