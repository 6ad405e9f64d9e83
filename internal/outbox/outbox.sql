-- name: add-event
INSERT INTO event (tenant, id, matter, seq, kind, role, step, scope, verb, due, at, ready, tries, spared, named)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, $12, $13)
ON CONFLICT (tenant, id) DO NOTHING;

-- name: claim-events
-- Takes events for a while. Whoever comes second finds them taken. Walks event_ready.
UPDATE event SET ready = $3, tries = tries + 1 WHERE tenant = $1 AND ready <= $2 AND id IN
	(SELECT e.id FROM event e WHERE e.tenant = $1 AND e.ready <= $2 ORDER BY e.ready LIMIT $4)
RETURNING id, matter, seq, kind, role, step, scope, verb, due, at, tries, spared, named;

-- name: claim-events @postgres
UPDATE event SET ready = $3, tries = tries + 1 WHERE tenant = $1 AND ready <= $2 AND id IN
	(SELECT e.id FROM event e WHERE e.tenant = $1 AND e.ready <= $2 ORDER BY e.ready LIMIT $4 FOR UPDATE SKIP LOCKED)
RETURNING id, matter, seq, kind, role, step, scope, verb, due, at, tries, spared, named;

-- name: drop-event
DELETE FROM event WHERE tenant = $1 AND id = $2;

-- name: add-note
INSERT INTO notification (tenant, person, id, made, seen, matter, kind, step, due) VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8)
ON CONFLICT (tenant, person, id) DO NOTHING;

-- name: notes
-- A person's notes, newest first. Walks notification_made.
SELECT id, made, seen, matter, kind, step, due FROM notification WHERE tenant = $1 AND person = $2 ORDER BY made DESC, id LIMIT $3;

-- name: count-unseen
-- Counted no further than asked. Walks notification_unseen.
SELECT count(*) FROM (SELECT id FROM notification WHERE tenant = $1 AND person = $2 AND seen = 0 LIMIT $3) AS n;

-- name: see-notes
UPDATE notification SET seen = $3 WHERE tenant = $1 AND person = $2 AND seen = 0;

-- name: add-message
INSERT INTO message (tenant, id, channel, person, matter, kind, step, due, at, made, ready, tries, state, fault) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 0, 1, '')
ON CONFLICT (tenant, id) DO NOTHING;

-- name: claim-messages
-- Takes waiting messages of one channel for a while. Whoever comes second finds them taken. Walks message_ready.
UPDATE message SET ready = $4, tries = tries + 1 WHERE tenant = $1 AND state = 1 AND ready <= $3 AND id IN
	(SELECT m.id FROM message m WHERE m.tenant = $1 AND m.channel = $2 AND m.state = 1 AND m.ready <= $3 ORDER BY m.ready LIMIT $5)
RETURNING id, channel, person, matter, kind, step, due, at, made, tries, fault;

-- name: claim-messages @postgres
UPDATE message SET ready = $4, tries = tries + 1 WHERE tenant = $1 AND state = 1 AND ready <= $3 AND id IN
	(SELECT m.id FROM message m WHERE m.tenant = $1 AND m.channel = $2 AND m.state = 1 AND m.ready <= $3 ORDER BY m.ready LIMIT $5 FOR UPDATE SKIP LOCKED)
RETURNING id, channel, person, matter, kind, step, due, at, made, tries, fault;

-- name: settle-message
UPDATE message SET state = $3, ready = $4, fault = $5 WHERE tenant = $1 AND id = $2;

-- name: dead
-- What was given up, newest first. Walks message_dead.
SELECT id, channel, person, matter, kind, step, due, at, made, tries, fault FROM message WHERE tenant = $1 AND state = 3 ORDER BY made DESC, id LIMIT $2;

-- name: count-states
SELECT channel, state, count(*) AS n FROM message WHERE tenant = $1 GROUP BY channel, state ORDER BY channel, state;

-- name: retry
UPDATE message SET state = 1, ready = $3, tries = 0 WHERE tenant = $1 AND id = $2 AND state = 3;

-- name: sweep-messages
-- What was sent long ago is forgotten. Walks message_sent.
DELETE FROM message WHERE tenant = $1 AND state = 2 AND made < $2;

-- name: preference
SELECT person, channel, address, work, notice, decided, followed FROM preference WHERE tenant = $1 AND person = $2;

-- name: set-preference
INSERT INTO preference (tenant, person, channel, address, work, notice, decided, followed, changed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant, person) DO UPDATE SET channel = excluded.channel, address = excluded.address, work = excluded.work,
	notice = excluded.notice, decided = excluded.decided, followed = excluded.followed, changed = excluded.changed;

-- name: preferences-after
-- Preferences after one, for moving their addresses to another key. Walks the primary key.
SELECT person, address FROM preference WHERE tenant = $1 AND person > $2 ORDER BY person LIMIT $3;

-- name: reseal-preference
UPDATE preference SET address = $3 WHERE tenant = $1 AND person = $2;

-- name: add-follower
-- Only for whoever has an account: nobody else could be told.
INSERT INTO follower (tenant, matter, person, made) SELECT a.tenant, $2, a.person, $4 FROM account a WHERE a.tenant = $1 AND a.person = $3
ON CONFLICT (tenant, matter, person) DO NOTHING;

-- name: drop-follower
DELETE FROM follower WHERE tenant = $1 AND matter = $2 AND person = $3;

-- name: follows
SELECT count(*) FROM follower WHERE tenant = $1 AND matter = $2 AND person = $3;

-- name: any-follower
-- Whether anybody follows a matter: no more than one row is looked at. Walks the primary key.
SELECT count(*) FROM (SELECT person FROM follower WHERE tenant = $1 AND matter = $2 LIMIT 1) AS f;

-- name: followers
-- Those who follow a matter and can still sign in. Walks both primary keys.
SELECT f.person FROM follower f JOIN account a ON a.tenant = f.tenant AND a.person = f.person
WHERE f.tenant = $1 AND f.matter = $2 AND a.closed = 0 ORDER BY f.person LIMIT $3;

-- name: followed
-- What a person follows, the latest chosen first. Walks follower_person.
SELECT matter FROM follower WHERE tenant = $1 AND person = $2 ORDER BY made DESC, matter DESC LIMIT $3;
