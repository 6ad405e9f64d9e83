-- name: account
SELECT person, login, name, password, totp, closed, made FROM account WHERE tenant = $1 AND person = $2;

-- name: account-by-login
SELECT person, login, name, password, totp, closed, made FROM account WHERE tenant = $1 AND login = $2;

-- name: accounts
SELECT person, login, name, password, totp, closed, made FROM account WHERE tenant = $1 AND login > $2 ORDER BY login LIMIT $3;

-- name: accounts-by-password
-- Those who sign in by a password: not the households, who come by a code and are many.
SELECT person, login, name, password, totp, closed, made FROM account WHERE tenant = $1 AND login > $2 AND password <> '' ORDER BY login LIMIT $3;

-- name: add-account
INSERT INTO account (tenant, person, login, name, password, totp, closed, made) VALUES ($1, $2, $3, $4, $5, $6, 0, $7);

-- name: set-password
UPDATE account SET password = $3 WHERE tenant = $1 AND person = $2;

-- name: set-totp
UPDATE account SET totp = $3 WHERE tenant = $1 AND person = $2;

-- name: forget-account
-- What an account is called, as after its person was forgotten: a name that was sealed as nothing.
UPDATE account SET name = $3 WHERE tenant = $1 AND person = $2;

-- name: forget-codes
DELETE FROM household_code WHERE tenant = $1 AND person = $2;

-- name: close-account
UPDATE account SET closed = $3 WHERE tenant = $1 AND person = $2;

-- name: mandates
-- A person's mandates in force on a day, the widest place first and flats in the order of their building; none for an
-- account that was closed, at whatever door it still knocks. Walks mandate_person.
SELECT m.id, m.person, m.role, m.register, m.row, m.path, m.starts, m.ends FROM mandate m
JOIN account a ON a.tenant = m.tenant AND a.person = m.person
WHERE m.tenant = $1 AND m.person = $2 AND a.closed = 0 AND m.starts <= $3 AND (m.ends = '' OR m.ends >= $3) ORDER BY m.path, m.role, m.id;

-- name: holders
-- Mandates of one role within a place in force on a day, of open accounts, with their sealed names. Walks mandate_role.
SELECT m.id, m.person, m.role, m.register, m.row, m.path, m.starts, m.ends, a.name FROM mandate m
JOIN account a ON a.tenant = m.tenant AND a.person = m.person
WHERE m.tenant = $1 AND m.role = $2 AND m.path >= $3 AND m.path < $4 AND m.starts <= $5 AND (m.ends = '' OR m.ends >= $5) AND a.closed = 0
ORDER BY m.path, m.id LIMIT $6;

-- name: add-mandate
-- One that was recalled can be given again; one that is in force stays as it is.
INSERT INTO mandate (tenant, id, person, role, register, row, path, starts, ends, made) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (tenant, id) DO UPDATE SET path = excluded.path, starts = excluded.starts, ends = excluded.ends, made = excluded.made
WHERE mandate.ends <> '';

-- name: end-mandate
UPDATE mandate SET ends = $3 WHERE tenant = $1 AND id = $2;

-- name: add-code
INSERT INTO household_code (tenant, digest, person, name, role, register, row, path, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0);

-- name: void-codes
-- A new sheet makes the old one worthless.
UPDATE household_code SET used = $5 WHERE tenant = $1 AND person = $2 AND register = $3 AND row = $4 AND used = 0;

-- name: use-code
-- Gives the code's row to the first who brings it, and to nobody after.
UPDATE household_code SET used = $3, browser = $4 WHERE tenant = $1 AND digest = $2 AND used = 0 AND expires > $3
RETURNING person, name, role, register, row, path;

-- name: code-again
-- The same code from the browser that has just used it.
SELECT person, name, role, register, row, path FROM household_code
WHERE tenant = $1 AND digest = $2 AND used >= $3 AND browser = $4 AND browser <> '';

-- name: drop-codes
-- Codes that were used, or expired, before an instant.
DELETE FROM household_code WHERE tenant = $1 AND (used > 0 AND used < $2 OR used = 0 AND expires < $2);

-- name: session
SELECT data FROM session WHERE tenant = $1 AND token = $2 AND expires > $3;

-- name: put-session
INSERT INTO session (tenant, token, data, expires) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, token) DO UPDATE SET data = excluded.data, expires = excluded.expires;

-- name: drop-session
DELETE FROM session WHERE tenant = $1 AND token = $2;

-- name: sweep-sessions
DELETE FROM session WHERE tenant = $1 AND expires <= $2;

-- name: add-token
INSERT INTO api_token (tenant, digest, person, label, expires, made) VALUES ($1, $2, $3, $4, $5, $6);

-- name: token-person
-- In whose name a token acts, while it and the account are good. Walks both primary keys.
SELECT t.person FROM api_token t JOIN account a ON a.tenant = t.tenant AND a.person = t.person
WHERE t.tenant = $1 AND t.digest = $2 AND t.expires > $3 AND a.closed = 0;

-- name: tokens
-- A person's tokens, oldest first. Walks api_token_person.
SELECT digest, label, expires, made FROM api_token WHERE tenant = $1 AND person = $2 ORDER BY made, digest;

-- name: drop-token
DELETE FROM api_token WHERE tenant = $1 AND person = $2 AND digest = $3;

-- name: roles-held
-- Roles that somebody with an open account holds or held. Walks mandate_role.
SELECT DISTINCT m.role FROM mandate m JOIN account a ON a.tenant = m.tenant AND a.person = m.person WHERE m.tenant = $1 AND a.closed = 0;

-- name: set-link
INSERT INTO calendar_link (tenant, person, digest, made) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant, person) DO UPDATE SET digest = excluded.digest, made = excluded.made;

-- name: link-person
SELECT l.person FROM calendar_link l JOIN account a ON a.tenant = l.tenant AND a.person = l.person
WHERE l.tenant = $1 AND l.digest = $2 AND a.closed = 0;

-- name: link
SELECT made FROM calendar_link WHERE tenant = $1 AND person = $2;

-- name: drop-link
DELETE FROM calendar_link WHERE tenant = $1 AND person = $2;

-- name: accounts-after
-- Accounts after one, with what is sealed in them, for moving it to another key. Walks the primary key.
SELECT person, name, totp FROM account WHERE tenant = $1 AND person > $2 ORDER BY person LIMIT $3;

-- name: reseal-account
UPDATE account SET name = $3, totp = $4 WHERE tenant = $1 AND person = $2;

-- name: codes-after
-- Household codes after one, for the same. Walks the primary key.
SELECT digest, person, name FROM household_code WHERE tenant = $1 AND digest > $2 ORDER BY digest LIMIT $3;

-- name: reseal-code
UPDATE household_code SET name = $3 WHERE tenant = $1 AND digest = $2;
