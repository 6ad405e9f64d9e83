-- name: put
-- Replaces the box whole: what it holds is one value, the same size from the first slip to the last.
INSERT INTO urn (tenant, matter, box, sealed) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, matter, box) DO UPDATE SET sealed = excluded.sealed;

-- name: get
-- By the whole key.
SELECT sealed FROM urn WHERE tenant = $1 AND matter = $2 AND box = $3;

-- name: empty
-- By the whole key.
DELETE FROM urn WHERE tenant = $1 AND matter = $2 AND box = $3;

-- name: boxes
-- Every box that is in use: as many as secret votes are open.
SELECT matter, box FROM urn WHERE tenant = $1 ORDER BY matter, box;
