-- name: add
INSERT INTO attachment (tenant, hash, name, type, size, open, made) VALUES ($1, $2, $3, $4, $5, false, $6)
ON CONFLICT (tenant, hash) DO NOTHING;

-- name: find
SELECT hash, name, type, size, open FROM attachment WHERE tenant = $1 AND hash = $2;

-- name: publish
UPDATE attachment SET open = true WHERE tenant = $1 AND hash = $2;

-- name: forget
DELETE FROM attachment WHERE tenant = $1 AND hash = $2;

-- name: forget-upload
DELETE FROM upload WHERE tenant = $1 AND hash = $2;

-- name: add-upload
INSERT INTO upload (tenant, hash, person) VALUES ($1, $2, $3) ON CONFLICT (tenant, hash, person) DO NOTHING;

-- name: sent-by
SELECT hash FROM upload WHERE tenant = $1 AND hash = $2 AND person = $3;

-- name: known
SELECT hash FROM attachment WHERE tenant = $1 AND hash = $2;

-- name: private-before
-- Files that are not open and were kept before an instant, after one of them. Walks the primary key.
SELECT hash FROM attachment WHERE tenant = $1 AND hash > $2 AND open = false AND made < $3 ORDER BY hash LIMIT $4;

-- name: add-covered
INSERT INTO covered (tenant, matter, original, copy, person, made) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, matter, original, copy) DO NOTHING;

-- name: covered
-- Covered copies of one matter. Walks the primary key.
SELECT c.original, a.hash, a.name, a.type, a.size FROM covered c JOIN attachment a ON a.tenant = c.tenant AND a.hash = c.copy
WHERE c.tenant = $1 AND c.matter = $2 ORDER BY c.made, c.copy;
