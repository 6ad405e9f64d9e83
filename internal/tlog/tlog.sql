-- name: tree
SELECT size, root, note, made, holder, until FROM log_tree WHERE tenant = $1;

-- name: hold-tree
-- The tree, held until the transaction ends: one checkpoint at a time.
SELECT size, root, note, made, holder, until FROM log_tree WHERE tenant = $1;

-- name: hold-tree @postgres
SELECT size, root, note, made, holder, until FROM log_tree WHERE tenant = $1 FOR UPDATE;

-- name: begin-tree
INSERT INTO log_tree (tenant, size, root, note, made, holder, until) VALUES ($1, 0, $2, '', 0, '', 0) ON CONFLICT (tenant) DO NOTHING;

-- name: move-tree
-- From the size and root that were read to the next: it touches no row when another process was first.
UPDATE log_tree SET size = $4, root = $5, note = $6, made = $7, holder = $8, until = $9 WHERE tenant = $1 AND size = $2 AND root = $3;

-- name: tile
SELECT hashes FROM log_tile WHERE tenant = $1 AND level = $2 AND n = $3;

-- name: put-tile
INSERT INTO log_tile (tenant, level, n, hashes) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, level, n) DO UPDATE SET hashes = excluded.hashes;

-- name: add-stretch
INSERT INTO log_stretch (tenant, n, matter, first, last) VALUES ($1, $2, $3, $4, $5);

-- name: stretch-at
-- The stretch that a leaf lies in. Walks the primary key backwards.
SELECT n, matter, first, last FROM log_stretch WHERE tenant = $1 AND n <= $2 ORDER BY n DESC LIMIT 1;

-- name: stretches-in
SELECT n, matter, first, last FROM log_stretch WHERE tenant = $1 AND n >= $2 AND n < $3 ORDER BY n;

-- name: stretch-of
-- The stretch that an act lies in, or the one before it. Walks the unique key backwards.
SELECT n, matter, first, last FROM log_stretch WHERE tenant = $1 AND matter = $2 AND first <= $3 ORDER BY first DESC LIMIT 1;

-- name: witnessed
SELECT key, size, root, line, signed FROM log_witness WHERE tenant = $1 ORDER BY key;

-- name: put-witnessed
-- The newest of each witness; an older one that comes late changes nothing.
INSERT INTO log_witness (tenant, key, size, root, line, signed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, key) DO UPDATE SET size = excluded.size, root = excluded.root, line = excluded.line, signed = excluded.signed
WHERE log_witness.size < excluded.size OR log_witness.size = excluded.size AND log_witness.signed < excluded.signed;
