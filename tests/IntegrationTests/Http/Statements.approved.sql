-- POST /user: 201

INSERT INTO users AS u (id, created_at, updated_at, first_name, last_name, email, folded_email, role)
SELECT @id, @time, @time, @first_name, @last_name, @email, @folded_email, @role WHERE set_config('workspace.write', @write, true) IS NOT NULL
RETURNING u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version;

-- POST /user: 201

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@user_groups))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups WHERE id = ANY (@user_groups) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO users AS u (id, created_at, updated_at, first_name, last_name, email, folded_email, role)
SELECT @id, @time, @time, @first_name, @last_name, @email, @folded_email, @role;
INSERT INTO memberships (user_id, group_id) SELECT @id, g FROM unnest(@user_groups) AS g;
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

-- POST /user (Idempotency-Key): 201

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT require_unused_key(@key_actor, @key, @fingerprint, now() - interval '24 hours')) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@user_groups))) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups WHERE id = ANY (@user_groups) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO users AS u (id, created_at, updated_at, first_name, last_name, email, folded_email, role)
SELECT @id, @time, @time, @first_name, @last_name, @email, @folded_email, @role;
INSERT INTO memberships (user_id, group_id) SELECT @id, g FROM unnest(@user_groups) AS g;
INSERT INTO idempotency_records (actor, key, fingerprint, answer)
SELECT @key_actor, @key, @fingerprint, to_jsonb(stored)
FROM (SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version FROM users AS u WHERE u.id = @id) AS stored
ON CONFLICT ON CONSTRAINT pk_idempotency_records
DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at;
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

-- POST /user (Idempotency-Key): 201

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT require_unused_key(@key_actor, @key, @fingerprint, now() - interval '24 hours')) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@user_groups))) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups WHERE id = ANY (@user_groups) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO users AS u (id, created_at, updated_at, first_name, last_name, email, folded_email, role)
SELECT @id, @time, @time, @first_name, @last_name, @email, @folded_email, @role;
INSERT INTO memberships (user_id, group_id) SELECT @id, g FROM unnest(@user_groups) AS g;
INSERT INTO idempotency_records (actor, key, fingerprint, answer)
SELECT @key_actor, @key, @fingerprint, to_jsonb(stored)
FROM (SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version FROM users AS u WHERE u.id = @id) AS stored
ON CONFLICT ON CONSTRAINT pk_idempotency_records
DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at;
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

SELECT stored.* FROM idempotency_records AS r CROSS JOIN jsonb_to_record(r.answer) AS stored (id uuid, first_name text, last_name text, email text, role text, user_groups uuid[], created_at timestamptz, updated_at timestamptz, version bigint)
WHERE r.actor = $1 AND r.key = $2 AND r.fingerprint = $3;

-- POST /user: 400

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@user_groups))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups WHERE id = ANY (@user_groups) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO users AS u (id, created_at, updated_at, first_name, last_name, email, folded_email, role)
SELECT @id, @time, @time, @first_name, @last_name, @email, @folded_email, @role;
INSERT INTO memberships (user_id, group_id) SELECT @id, g FROM unnest(@user_groups) AS g;
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

SELECT id FROM user_groups WHERE id = ANY ($1);

-- GET /user/UUID: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = $1;

-- GET /user/UUID?fields=id,user_groups: 200

SELECT u.id, NULL::text AS first_name, NULL::text AS last_name, NULL::text AS email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = $1;

-- GET /user: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, '', (SELECT coalesce((SELECT sum(count) FROM row_counts WHERE list = 'users'), 0)::int)
FROM users AS u
ORDER BY u.id ASC LIMIT 51;

-- GET /user?page_size=1&sort=-last_name: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, coalesce(fold_text(u.last_name), '') COLLATE "C", (SELECT coalesce((SELECT sum(count) FROM row_counts WHERE list = 'users'), 0)::int)
FROM users AS u
ORDER BY coalesce(fold_text(u.last_name), '') COLLATE "C" DESC, u.id DESC LIMIT 2;

-- GET /user?page_size=1&sort=-last_name&page=2&cursor=...: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, coalesce(fold_text(u.last_name), '') COLLATE "C", (SELECT coalesce((SELECT sum(count) FROM row_counts WHERE list = 'users'), 0)::int)
FROM users AS u WHERE (coalesce(fold_text(u.last_name), '') COLLATE "C", u.id) < ($2, $1)
ORDER BY coalesce(fold_text(u.last_name), '') COLLATE "C" DESC, u.id DESC LIMIT 2;

-- PATCH /user/UUID: 200

UPDATE users SET (first_name) = ROW (@first_name), version = version + 1, updated_at = touched_at(updated_at)
WHERE id = @id AND ROW (first_name) IS DISTINCT FROM ROW (@first_name) AND set_config('workspace.write', @write, true) IS NOT NULL;
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

-- PATCH /user/UUID (If-Match): 200

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@user_groups) + (SELECT count(*) FROM memberships WHERE user_id = @id))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT pg_advisory_xact_lock(hashtextextended(@id::text, 0))) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT coalesce(m.group_id, g) FROM (SELECT ctid, group_id FROM memberships WHERE user_id = @id) AS m FULL JOIN unnest(@user_groups) AS g ON g = m.group_id
WHERE g IS NULL OR m.group_id IS NULL)) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM (SELECT version FROM users WHERE id = @id FOR NO KEY UPDATE) AS own WHERE require_version(own.version, @expected_versions)) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT coalesce(m.group_id, g) FROM (SELECT ctid, group_id FROM memberships WHERE user_id = @id) AS m FULL JOIN unnest(@user_groups) AS g ON g = m.group_id
WHERE g IS NULL OR m.group_id IS NULL)) ORDER BY id FOR NO KEY UPDATE NOWAIT) AS locked);
WITH difference AS MATERIALIZED (SELECT m.ctid AS place, g AS group_id FROM (SELECT ctid, group_id FROM memberships WHERE user_id = @id) AS m FULL JOIN unnest(@user_groups) AS g ON g = m.group_id
WHERE g IS NULL OR m.group_id IS NULL),
removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE group_id IS NULL)))
INSERT INTO memberships (user_id, group_id)
SELECT u.id, d.group_id FROM users AS u CROSS JOIN difference AS d WHERE u.id = @id AND d.place IS NULL
ON CONFLICT DO NOTHING;
UPDATE users SET (first_name) = ROW (@first_name), version = version + 1, updated_at = touched_at(updated_at)
WHERE id = @id AND ROW (first_name) IS DISTINCT FROM ROW (@first_name);
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

-- PATCH /user/UUID: 200

SELECT u.id, NULL::text AS first_name, NULL::text AS last_name, u.email, u.role, '{}'::uuid[] AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = $1;

UPDATE users SET (first_name) = ROW (@first_name), version = version + 1, updated_at = touched_at(updated_at)
WHERE id = @id AND ROW (first_name) IS DISTINCT FROM ROW (@first_name) AND set_config('workspace.write', @write, true) IS NOT NULL;
SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = @id;

-- DELETE /user/UUID (If-Match): 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for((SELECT count(*) FROM memberships WHERE user_id = @id))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT version FROM users WHERE id = @id FOR UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE NOWAIT) AS locked);
DELETE FROM users WHERE id = @id;

-- GET /user?q=ada%20love&page=2&page_size=1: 200

WITH found AS MATERIALIZED (SELECT u.id AS o0 FROM users AS u WHERE u.search_text LIKE (SELECT '%' || replace(replace(replace(fold_text($1), '\', '\\'), '%', '\%'), '_', '\_') || '%') AND u.search_text LIKE (SELECT '%' || replace(replace(replace(fold_text($2), '\', '\\'), '%', '\%'), '_', '\_') || '%')) SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, '', (SELECT count(*)::int FROM found)
FROM (SELECT * FROM found ORDER BY o0 ASC LIMIT 2 OFFSET $3) AS page JOIN users AS u ON u.id = page.o0 ORDER BY o0 ASC;

SELECT (SELECT coalesce((SELECT count(*) FROM users AS u WHERE u.search_text LIKE (SELECT '%' || replace(replace(replace(fold_text($1), '\', '\\'), '%', '\%'), '_', '\_') || '%') AND u.search_text LIKE (SELECT '%' || replace(replace(replace(fold_text($2), '\', '\\'), '%', '\%'), '_', '\_') || '%')), 0)::int);

-- GET /user?role=editor&created_after=2026-01-01T00:00:00Z&created_before=2027-01-01T00:00:00Z: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, '', (SELECT coalesce((SELECT count(*) FROM users AS u WHERE u.id >= $1 AND u.id < $2 AND u.role = 'editor'), 0)::int)
FROM users AS u WHERE u.id >= $1 AND u.id < $2 AND u.role = 'editor'
ORDER BY u.id ASC LIMIT 51;

-- GET /user?user_group=UUID: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, '', (SELECT coalesce((SELECT user_count FROM user_groups WHERE id = 'UUID'::uuid), 0)::int)
FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.group_id = 'UUID'::uuid
ORDER BY m.user_id ASC LIMIT 51;

-- GET /user?email=ada@example.org: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, '', (SELECT coalesce((SELECT count(*) FROM users AS u WHERE coalesce(u.folded_email, ' ' || u.id::text) COLLATE "C" = $1), 0)::int)
FROM users AS u WHERE coalesce(u.folded_email, ' ' || u.id::text) COLLATE "C" = $1
ORDER BY u.id ASC LIMIT 51;

-- GET /user/UUID/groups: 200

SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version, '', (SELECT coalesce((SELECT count(*) FROM memberships AS m JOIN user_groups AS g ON g.id = m.group_id WHERE m.user_id = 'UUID'::uuid), 0)::int)
FROM memberships AS m JOIN user_groups AS g ON g.id = m.group_id WHERE m.user_id = 'UUID'::uuid
ORDER BY m.group_id ASC LIMIT 51;

-- POST /auth/group: 201

INSERT INTO user_groups AS g (id, created_at, updated_at, name, icon, description)
SELECT @id, @time, @time, @name, @icon, @description WHERE set_config('workspace.write', @write, true) IS NOT NULL
RETURNING g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version;

-- POST /auth/group: 201

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@users))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (@users) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO user_groups AS g (id, created_at, updated_at, name, icon, description)
SELECT @id, @time, @time, @name, @icon, @description;
INSERT INTO memberships (group_id, user_id) SELECT @id, u FROM unnest(@users) AS u;
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

-- POST /auth/group (Idempotency-Key): 201

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT require_unused_key(@key_actor, @key, @fingerprint, now() - interval '24 hours')) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@users))) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (@users) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO user_groups AS g (id, created_at, updated_at, name, icon, description)
SELECT @id, @time, @time, @name, @icon, @description;
INSERT INTO memberships (group_id, user_id) SELECT @id, u FROM unnest(@users) AS u;
INSERT INTO idempotency_records (actor, key, fingerprint, answer)
SELECT @key_actor, @key, @fingerprint, to_jsonb(stored)
FROM (SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version FROM user_groups AS g WHERE g.id = @id) AS stored
ON CONFLICT ON CONSTRAINT pk_idempotency_records
DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at;
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

-- POST /auth/group (Idempotency-Key): 201

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT require_unused_key(@key_actor, @key, @fingerprint, now() - interval '24 hours')) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@users))) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (@users) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO user_groups AS g (id, created_at, updated_at, name, icon, description)
SELECT @id, @time, @time, @name, @icon, @description;
INSERT INTO memberships (group_id, user_id) SELECT @id, u FROM unnest(@users) AS u;
INSERT INTO idempotency_records (actor, key, fingerprint, answer)
SELECT @key_actor, @key, @fingerprint, to_jsonb(stored)
FROM (SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version FROM user_groups AS g WHERE g.id = @id) AS stored
ON CONFLICT ON CONSTRAINT pk_idempotency_records
DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at;
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

SELECT stored.* FROM idempotency_records AS r CROSS JOIN jsonb_to_record(r.answer) AS stored (id uuid, name text, icon text, description text, users uuid[], created_at timestamptz, updated_at timestamptz, version bigint)
WHERE r.actor = $1 AND r.key = $2 AND r.fingerprint = $3;

-- POST /auth/group: 400

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@users))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (@users) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO user_groups AS g (id, created_at, updated_at, name, icon, description)
SELECT @id, @time, @time, @name, @icon, @description;
INSERT INTO memberships (group_id, user_id) SELECT @id, u FROM unnest(@users) AS u;
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

SELECT id FROM users WHERE id = ANY ($1);

-- GET /auth/group/UUID: 200

SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = $1;

-- GET /auth/group/UUID?fields=id,users: 200

SELECT g.id, NULL::text AS name, NULL::text AS icon, NULL::text AS description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = $1;

-- GET /auth/group: 200

SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version, '', (SELECT coalesce((SELECT sum(count) FROM row_counts WHERE list = 'user_groups'), 0)::int)
FROM user_groups AS g
ORDER BY g.id ASC LIMIT 51;

-- GET /auth/group?page_size=1&sort=-name: 200

SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version, coalesce(fold_text(g.name), '') COLLATE "C", (SELECT coalesce((SELECT sum(count) FROM row_counts WHERE list = 'user_groups'), 0)::int)
FROM user_groups AS g
ORDER BY coalesce(fold_text(g.name), '') COLLATE "C" DESC, g.id DESC LIMIT 2;

-- GET /auth/group?page_size=1&sort=-name&page=2&cursor=...: 200

SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version, coalesce(fold_text(g.name), '') COLLATE "C", (SELECT coalesce((SELECT sum(count) FROM row_counts WHERE list = 'user_groups'), 0)::int)
FROM user_groups AS g WHERE (coalesce(fold_text(g.name), '') COLLATE "C", g.id) < ($2, $1)
ORDER BY coalesce(fold_text(g.name), '') COLLATE "C" DESC, g.id DESC LIMIT 2;

-- PATCH /auth/group/UUID: 200

UPDATE user_groups SET (name) = ROW (@name), version = version + 1, updated_at = touched_at(updated_at)
WHERE id = @id AND ROW (name) IS DISTINCT FROM ROW (@name) AND set_config('workspace.write', @write, true) IS NOT NULL;
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

-- PATCH /auth/group/UUID (If-Match): 200

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@users) + (SELECT user_count FROM user_groups WHERE id = @id))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM (SELECT version FROM user_groups WHERE id = @id FOR NO KEY UPDATE) AS own WHERE require_version(own.version, @expected_versions)) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (ARRAY(SELECT coalesce(m.user_id, u) FROM (SELECT ctid, user_id FROM memberships WHERE group_id = @id) AS m FULL JOIN unnest(@users) AS u ON u = m.user_id
WHERE u IS NULL OR m.user_id IS NULL)) ORDER BY id FOR NO KEY UPDATE) AS locked);
WITH difference AS MATERIALIZED (SELECT m.ctid AS place, u AS user_id FROM (SELECT ctid, user_id FROM memberships WHERE group_id = @id) AS m FULL JOIN unnest(@users) AS u ON u = m.user_id
WHERE u IS NULL OR m.user_id IS NULL),
removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(SELECT place FROM difference WHERE user_id IS NULL)))
INSERT INTO memberships (group_id, user_id)
SELECT g.id, d.user_id FROM user_groups AS g CROSS JOIN difference AS d WHERE g.id = @id AND d.place IS NULL
ON CONFLICT DO NOTHING;
UPDATE user_groups SET (name) = ROW (@name), version = version + 1, updated_at = touched_at(updated_at)
WHERE id = @id AND ROW (name) IS DISTINCT FROM ROW (@name);
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

-- PATCH /auth/group/UUID: 200

SELECT g.id, g.name, NULL::text AS icon, NULL::text AS description, '{}'::uuid[] AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = $1;

UPDATE user_groups SET (name) = ROW (@name), version = version + 1, updated_at = touched_at(updated_at)
WHERE id = @id AND ROW (name) IS DISTINCT FROM ROW (@name) AND set_config('workspace.write', @write, true) IS NOT NULL;
SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = @id;

-- DELETE /auth/group/UUID (If-Match): 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for((SELECT user_count FROM user_groups WHERE id = @id))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT version FROM user_groups WHERE id = @id FOR UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users
WHERE id = ANY (ARRAY(SELECT user_id FROM memberships WHERE group_id = @id)) ORDER BY id FOR NO KEY UPDATE) AS locked);
DELETE FROM user_groups WHERE id = @id;

-- GET /auth/group?name=engine&user=UUID: 200

SELECT g.id, g.name, g.icon, g.description, ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) AS users, g.created_at, g.updated_at, g.version, '', (SELECT coalesce((SELECT count(*) FROM memberships AS m JOIN user_groups AS g ON g.id = m.group_id WHERE m.user_id = 'UUID'::uuid AND g.name IS NOT NULL AND coalesce(fold_text(g.name), '') COLLATE "C" = fold_text($1)), 0)::int)
FROM memberships AS m JOIN user_groups AS g ON g.id = m.group_id WHERE m.user_id = 'UUID'::uuid AND g.name IS NOT NULL AND coalesce(fold_text(g.name), '') COLLATE "C" = fold_text($1)
ORDER BY m.group_id ASC LIMIT 51;

-- GET /auth/group/UUID/users?sort=last_name: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, coalesce(fold_text(u.last_name), '') COLLATE "C", (SELECT coalesce((SELECT user_count FROM user_groups WHERE id = 'UUID'::uuid), 0)::int)
FROM memberships AS m JOIN users AS u ON u.id = m.user_id WHERE m.group_id = 'UUID'::uuid
ORDER BY coalesce(fold_text(u.last_name), '') COLLATE "C" ASC, u.id ASC LIMIT 51;

-- PUT /auth/group/UUID/users/UUID: 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@add) + cardinality(@remove))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT version FROM user_groups WHERE id = @id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (ARRAY(
    SELECT u FROM unnest(@add) AS u WHERE NOT EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)
    UNION ALL
    SELECT u FROM unnest(@remove) AS u WHERE EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)))
ORDER BY id FOR NO KEY UPDATE) AS locked);
WITH added AS (INSERT INTO memberships (group_id, user_id) SELECT g.id, u FROM user_groups AS g CROSS JOIN unnest(@add) AS u WHERE g.id = @id
ON CONFLICT DO NOTHING RETURNING 1),
removed AS (SELECT WHERE false)
SELECT (SELECT count(*)::int FROM added) AS added, (SELECT count(*)::int FROM removed) AS removed
FROM user_groups WHERE id = @id;

-- DELETE /auth/group/UUID/users/UUID: 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@add) + cardinality(@remove))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT version FROM user_groups WHERE id = @id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (ARRAY(
    SELECT u FROM unnest(@add) AS u WHERE NOT EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)
    UNION ALL
    SELECT u FROM unnest(@remove) AS u WHERE EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)))
ORDER BY id FOR NO KEY UPDATE) AS locked);
WITH added AS (SELECT WHERE false),
removed AS (DELETE FROM memberships WHERE ctid = ANY (ARRAY(
    SELECT (SELECT ctid FROM memberships WHERE group_id = @id AND user_id = u) FROM unnest(@remove) AS u))
RETURNING 1)
SELECT (SELECT count(*)::int FROM added) AS added, (SELECT count(*)::int FROM removed) AS removed
FROM user_groups WHERE id = @id;

-- PATCH /auth/group/UUID/users: 200

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for(cardinality(@add) + cardinality(@remove))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT version FROM user_groups WHERE id = @id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users WHERE id = ANY (ARRAY(
    SELECT u FROM unnest(@add) AS u WHERE NOT EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)
    UNION ALL
    SELECT u FROM unnest(@remove) AS u WHERE EXISTS (SELECT FROM memberships WHERE group_id = @id AND user_id = u OFFSET 0)))
ORDER BY id FOR NO KEY UPDATE) AS locked);
WITH added AS (INSERT INTO memberships (group_id, user_id) SELECT g.id, u FROM user_groups AS g CROSS JOIN unnest(@add) AS u WHERE g.id = @id
ON CONFLICT DO NOTHING RETURNING 1),
removed AS (SELECT WHERE false)
SELECT (SELECT count(*)::int FROM added) AS added, (SELECT count(*)::int FROM removed) AS removed
FROM user_groups WHERE id = @id;

-- GET /auth/audit?actor=command-line: 200

SELECT a.write_id, a.resource, a.resource_id, a.created_at, a.actor, a.operation, a.trace_id, a.changes, a.added, a.removed, '', (SELECT coalesce((SELECT count(*) FROM audit_entries AS a WHERE a.actor = $1), 0)::int)
FROM audit_entries AS a WHERE a.actor = $1
ORDER BY a.write_id DESC, a.resource_id DESC LIMIT 51;

-- GET /user/export?format=csv: 200

SET TRANSACTION READ ONLY;
-- Sorting and hashing would finish earlier, but write the whole workspace to temporary files before the first row.
SET LOCAL enable_sort = off;
SET LOCAL enable_hashagg = off;
SET LOCAL enable_hashjoin = off;
-- Parallel workers would stay busy while the client reads.
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, coalesce(m.names, '{}')
FROM users AS u LEFT JOIN (SELECT user_id, array_agg(name) AS names
FROM (
    SELECT s.user_id, called.name
    FROM memberships AS s
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN g.name IS NULL OR g.name ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$' OR EXISTS (
                -- Equal names have equal folded names, and the folded name has an index.
                SELECT FROM user_groups AS o
                WHERE coalesce(fold_text(o.name), '') COLLATE "C" = coalesce(fold_text(g.name), '') COLLATE "C"
                    AND o.name = g.name AND o.id <> g.id)
            THEN g.id::text ELSE g.name END AS name
        -- OFFSET keeps the subquery separate, so PostgreSQL caches its result for each group (Memoize).
        FROM user_groups AS g WHERE g.id = s.group_id OFFSET 0
    ) AS called
    ORDER BY s.user_id, s.group_id
) AS members
GROUP BY user_id) AS m ON m.user_id = u.id
ORDER BY u.id;

-- GET /user/export?format=ndjson: 200

SET TRANSACTION READ ONLY;
-- Sorting and hashing would finish earlier, but write the whole workspace to temporary files before the first row.
SET LOCAL enable_sort = off;
SET LOCAL enable_hashagg = off;
SET LOCAL enable_hashjoin = off;
-- Parallel workers would stay busy while the client reads.
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;

SELECT g.id, g.name, g.icon, g.description, '{}'::uuid[] AS users, g.created_at, g.updated_at, g.version FROM user_groups AS g ORDER BY g.id;

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version FROM users AS u ORDER BY u.id;

