-- name: as-of-under
-- Rows of one register in a subtree as they stood on a day, in the order of their paths. Walks register_row_path.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND path > $3 AND path < $4 AND valid_from <= $5 AND valid_to > $5 AND ended = 0
ORDER BY path;

-- name: page-under
-- The same, a page at a time: $3 is the path of the last row seen. Walks register_row_path.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND path > $3 AND path < $4 AND valid_from <= $5 AND valid_to > $5 AND ended = 0
ORDER BY path LIMIT $6;

-- name: as-of
-- One row as it stood on a day. Walks the primary key.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND id = $3 AND valid_from <= $4 AND valid_to > $4 AND ended = 0;

-- name: latest-under
-- The last versions of a subtree, ended ones too. Walks register_row_path.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND path > $3 AND path < $4 AND valid_to = '9999-12-31'
ORDER BY path;

-- name: latest
-- The last version of one row. Walks the primary key.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND id = $3 AND valid_to = '9999-12-31';

-- name: latest-held
-- The same, for whoever is about to drop words of it: on PostgreSQL nobody changes it meanwhile. SQLite has one writer.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND id = $3 AND valid_to = '9999-12-31';
-- name: latest-held @postgres
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND id = $3 AND valid_to = '9999-12-31' FOR UPDATE;

-- name: any-under
-- Rows of one register that stand below a path, at most as many as asked. Walks register_row_path.
SELECT id FROM register_row
WHERE tenant = $1 AND register = $2 AND path > $3 AND path < $4 AND valid_to = '9999-12-31' AND ended = 0
ORDER BY path LIMIT $5;

-- name: changed
-- When a row of a register was last written, and the day the latest version that holds by a day began. Reads the register's
-- part of register_row_path, so it is for registers that are small.
SELECT coalesce(max(made), 0) AS made, coalesce(max(CASE WHEN valid_from <= $3 THEN valid_from END), '') AS began FROM register_row
WHERE tenant = $1 AND register = $2;

-- name: history
-- Every version of a row, first to last, but one that is not shown yet. Walks the primary key.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND id = $3 AND valid_to <> '' ORDER BY version;

-- name: of-change
-- The versions one change wrote. Walks register_row_change.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND change = $2 ORDER BY register, id, version;

-- name: version
-- One version of a row. Walks the primary key.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND id = $3 AND version = $4;

-- name: by-blind
-- Rows that held a personal value, as they stood on a day; that they still hold it is for the reader to see.
SELECT r.register, r.id, r.version, r.path, r.valid_from, r.valid_to, r.ended, r.body, r.hash, r.sealed, r.change, r.made
FROM register_blind b JOIN register_row r
  ON r.tenant = b.tenant AND r.register = b.register AND r.id = b.id AND r.version = b.version
WHERE b.tenant = $1 AND b.register = $2 AND b.field = $3 AND b.blind = $4
  AND r.valid_from <= $5 AND r.valid_to > $5 AND r.ended = 0
ORDER BY r.path;

-- name: write
INSERT INTO register_row (tenant, register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: close
-- Ends the last version of a row on the day the next one begins.
UPDATE register_row SET valid_to = $5
WHERE tenant = $1 AND register = $2 AND id = $3 AND version = $4 AND valid_to = '9999-12-31';

-- name: write-blind
INSERT INTO register_blind (tenant, register, field, blind, id, version) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant, register, field, blind, id, version) DO NOTHING;

-- name: write-change
INSERT INTO register_change (tenant, id, valid_on, added, changed, unchanged, ended, root, undoes, made)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: change
SELECT id, valid_on, added, changed, unchanged, ended, root, undoes, made FROM register_change
WHERE tenant = $1 AND id = $2;

-- name: forget
UPDATE register_row SET sealed = '{}' WHERE tenant = $1 AND register = $2 AND id = $3;

-- name: forget-blind
DELETE FROM register_blind WHERE tenant = $1 AND register = $2 AND id = $3;

-- name: ended-holding
-- Rows that ended before a day and of which a version still holds something sealed.
SELECT r.id FROM register_row r
WHERE r.tenant = $1 AND r.register = $2 AND r.ended = 1 AND r.valid_to = '9999-12-31' AND r.valid_from < $3 AND EXISTS (
	SELECT 1 FROM register_row o WHERE o.tenant = r.tenant AND o.register = r.register AND o.id = r.id AND o.sealed <> '{}'
) ORDER BY r.id LIMIT $4;

-- name: by-word
-- Rows of one register that have a word, as they last stand, a page at a time in the order of their places. Walks the
-- primary key of register_word, then register_row_path.
SELECT r.register, r.id, r.version, r.path, r.valid_from, r.valid_to, r.ended, r.body, r.hash, r.sealed, r.change, r.made
FROM register_word w JOIN register_row r ON r.tenant = w.tenant AND r.register = w.register AND r.path = w.path
WHERE w.tenant = $1 AND w.word = $2 AND w.register = $3 AND w.path > $4 AND w.path < $5 AND w.reach <= $6
  AND r.valid_to = '9999-12-31' AND r.ended = 0
ORDER BY w.path LIMIT $7;

-- name: by-prefix
-- Rows that have a word with this beginning, out of no more words than asked, in no order that means anything.
SELECT r.register, r.id, r.version, r.path, r.valid_from, r.valid_to, r.ended, r.body, r.hash, r.sealed, r.change, r.made
FROM (
  SELECT tenant, register, path FROM register_word
  WHERE tenant = $1 AND word >= $2 AND word < $3 AND path > $4 AND path < $5 AND reach <= $6 LIMIT $7
) w JOIN register_row r ON r.tenant = w.tenant AND r.register = w.register AND r.path = w.path
WHERE r.tenant = $1 AND r.valid_to = '9999-12-31' AND r.ended = 0;

-- name: count-word
-- How many rows have a word, counted no further than asked. Walks the primary key of register_word.
SELECT count(*) FROM (
  SELECT path FROM register_word
  WHERE tenant = $1 AND word = $2 AND register = $3 AND path > $4 AND path < $5 AND reach <= $6 LIMIT $7
) AS counted;

-- name: count-word-anywhere
-- How many rows of any register have a word, counted no further than asked. Walks the primary key of register_word.
SELECT count(*) FROM (SELECT path FROM register_word WHERE tenant = $1 AND word = $2 LIMIT $3) AS counted;

-- name: count-under
-- How many rows of a register stand below a path on a day, counted no further than asked. Walks register_row_path.
SELECT count(*) FROM (
  SELECT path FROM register_row
  WHERE tenant = $1 AND register = $2 AND path > $3 AND path < $4 AND valid_from <= $5 AND valid_to > $5 AND ended = 0 LIMIT $6
) AS counted;

-- name: has-word
-- Where the rows with a word lie, at most as many as asked. Walks the primary key of register_word.
SELECT path FROM register_word WHERE tenant = $1 AND word = $2 AND register = $3 ORDER BY path LIMIT $4;

-- name: write-word
INSERT INTO register_word (tenant, word, register, path, reach) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, word, register, path) DO UPDATE SET reach = excluded.reach;

-- name: drop-word
DELETE FROM register_word WHERE tenant = $1 AND word = $2 AND register = $3 AND path = $4;

-- name: drop-words
DELETE FROM register_word WHERE tenant = $1;

-- name: last-page
-- Rows of a register as they last stand, a page at a time, for making their words. Walks register_row_path.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND register = $2 AND path > $3 AND valid_to = '9999-12-31' AND ended = 0
ORDER BY path LIMIT $4;

-- name: indexed
SELECT digest FROM register_indexed WHERE tenant = $1;

-- name: index
INSERT INTO register_indexed (tenant, digest) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET digest = excluded.digest;

-- name: sealed-page
-- Versions that hold something sealed, after one of them, for moving it to another key. Walks the primary key.
SELECT register, id, version, sealed FROM register_row
WHERE tenant = $1 AND (register > $2 OR register = $2 AND (id > $3 OR id = $3 AND version > $4)) AND sealed <> '{}'
ORDER BY register, id, version LIMIT $5;

-- name: reseal
-- The values stay what they were under another key; where they were erased meanwhile, they stay erased.
UPDATE register_row SET sealed = $5 WHERE tenant = $1 AND register = $2 AND id = $3 AND version = $4 AND sealed <> '{}';

-- name: twins
-- Pairs of rows that stand and hold an equal personal value, in a subtree. Walks the primary key of register_blind twice.
SELECT a.field AS field, a.id AS one, b.id AS other, r.path AS one_path, s.path AS other_path
FROM register_blind a
JOIN register_blind b ON b.tenant = a.tenant AND b.register = a.register AND b.field = a.field AND b.blind = a.blind AND b.id > a.id
JOIN register_row r ON r.tenant = a.tenant AND r.register = a.register AND r.id = a.id AND r.version = a.version
JOIN register_row s ON s.tenant = b.tenant AND s.register = b.register AND s.id = b.id AND s.version = b.version
WHERE a.tenant = $1 AND a.register = $2 AND r.path > $3 AND r.path < $4
  AND r.valid_to = '9999-12-31' AND r.ended = 0 AND s.valid_to = '9999-12-31' AND s.ended = 0
ORDER BY a.id, b.id, a.field LIMIT $5;

-- name: apart
-- Pairs that somebody looked at and found to be two. Walks the primary key.
SELECT one, other FROM register_apart WHERE tenant = $1 AND register = $2 ORDER BY one, other;

-- name: keep-apart
INSERT INTO register_apart (tenant, register, one, other, made) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, register, one, other) DO NOTHING;

-- name: spare
INSERT INTO spared (tenant, day, how, n) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, day, how) DO UPDATE SET n = spared.n + excluded.n;

-- name: spared
SELECT how, cast(sum(n) AS bigint) AS n, min(day) AS since FROM spared WHERE tenant = $1 GROUP BY how ORDER BY how;


-- name: turn
INSERT INTO register_turn (tenant, n) VALUES ($1, 1) ON CONFLICT (tenant) DO UPDATE SET n = register_turn.n + 1;

-- name: turn-now
SELECT n FROM register_turn WHERE tenant = $1;

-- name: turn-held
-- The same, for whoever is about to change something. SQLite has one writer.
SELECT n FROM register_turn WHERE tenant = $1;
-- name: turn-held @postgres
SELECT n FROM register_turn WHERE tenant = $1 FOR UPDATE;

-- name: turn-if
UPDATE register_turn SET n = n + 1 WHERE tenant = $1 AND n = $2;

-- name: open-take
INSERT INTO register_open (tenant, change, shown, done, total, seen) VALUES ($1, $2, 0, 0, 0, $3) ON CONFLICT (tenant) DO NOTHING;

-- name: open
SELECT change, shown, done, total, seen FROM register_open WHERE tenant = $1;

-- name: open-move
UPDATE register_open SET done = $3, total = $4, seen = $5 WHERE tenant = $1 AND change = $2;

-- name: open-shown
UPDATE register_open SET shown = 1, seen = $3 WHERE tenant = $1 AND change = $2 AND shown = 0;

-- name: open-end
DELETE FROM register_open WHERE tenant = $1 AND change = $2;

-- name: taken
-- Whether a version of a row is being written in pieces, and not shown yet. Walks the primary key.
SELECT count(*) FROM register_row WHERE tenant = $1 AND register = $2 AND id = $3 AND version = $4 AND valid_to = '';

-- name: staged
-- Versions of a change that are not shown yet, at most as many as asked. Walks register_row_change.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND change = $2 AND valid_to = '' ORDER BY register, id, version LIMIT $3;

-- name: followed
-- Versions of a change that follow another, after one of them, a page at a time. Walks register_row_change.
SELECT register, id, version, path, valid_from, valid_to, ended, body, hash, sealed, change, made FROM register_row
WHERE tenant = $1 AND change = $2 AND version > 1 AND (register > $3 OR register = $3 AND id > $4)
ORDER BY register, id LIMIT $5;

-- name: unstage
DELETE FROM register_row WHERE tenant = $1 AND register = $2 AND id = $3 AND version = $4 AND valid_to = '';

-- name: unstage-blind
DELETE FROM register_blind WHERE tenant = $1 AND register = $2 AND field = $3 AND blind = $4 AND id = $5 AND version = $6;

-- name: close-before
-- Ends what the versions of a change follow, on the day these begin. Walks register_row_change, then the primary key.
UPDATE register_row SET valid_to = $3
WHERE tenant = $1 AND valid_to = '9999-12-31' AND (register, id, version) IN (
	SELECT s.register, s.id, s.version - 1 FROM register_row s WHERE s.tenant = $1 AND s.change = $2 AND s.version > 1
);

-- name: show
-- Shows the versions of a change, all at once. No index holds what changes. Walks register_row_change.
UPDATE register_row SET valid_to = '9999-12-31', made = $3 WHERE tenant = $1 AND change = $2 AND valid_to = '';
