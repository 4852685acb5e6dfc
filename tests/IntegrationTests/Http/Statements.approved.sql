-- POST /user: 201

INSERT INTO users AS u (id, created_at, updated_at, first_name, last_name, email, folded_email, role)
SELECT @id, @time, @time, @first_name, @last_name, @email, @folded_email, @role WHERE set_config('workspace.write', @write, true) IS NOT NULL
RETURNING u.id, u.first_name, u.last_name, u.email, u.role, '{}'::uuid[] AS user_groups, u.created_at, u.updated_at, u.version;

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

-- POST (Idempotency-Key) /user: 201

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

-- POST (Idempotency-Key) /user: 201

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

-- PATCH (If-Match) /user/UUID: 200

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

-- DELETE (If-Match) /user/UUID: 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for((SELECT count(*) FROM memberships WHERE user_id = @id))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM (SELECT version FROM users WHERE id = @id FOR UPDATE) AS own WHERE require_version(own.version, @expected_versions)) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE NOWAIT) AS locked);
DELETE FROM users WHERE id = @id;

-- DELETE /user/UUID: 204

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

SELECT WHERE set_config('plan_cache_mode', 'force_custom_plan', true) || set_config('jit', 'off', true) IS NULL;
WITH found AS MATERIALIZED (SELECT u.id AS o0 FROM users AS u WHERE (u.search_text LIKE '%' || replace(replace(replace(search_word($1), '\', '\\'), '%', '\%'), '_', '\_') || '%') AND (u.search_text LIKE '%' || replace(replace(replace(search_word($2), '\', '\\'), '%', '\%'), '_', '\_') || '%') LIMIT 5001) SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version, '', (SELECT count(*)::int FROM found)
FROM (SELECT * FROM found ORDER BY o0 ASC LIMIT 2 OFFSET $3) AS page JOIN users AS u ON u.id = page.o0 ORDER BY o0 ASC;

SELECT (SELECT count(*)::int FROM (SELECT FROM users AS u WHERE (u.search_text LIKE '%' || replace(replace(replace(search_word($1), '\', '\\'), '%', '\%'), '_', '\_') || '%') AND (u.search_text LIKE '%' || replace(replace(replace(search_word($2), '\', '\\'), '%', '\%'), '_', '\_') || '%') LIMIT 5001) AS found);

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
RETURNING g.id, g.name, g.icon, g.description, '{}'::uuid[] AS users, g.created_at, g.updated_at, g.version;

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

-- POST (Idempotency-Key) /auth/group: 201

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

-- POST (Idempotency-Key) /auth/group: 201

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

-- PATCH (If-Match) /auth/group/UUID: 200

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

-- DELETE (If-Match) /auth/group/UUID: 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for((SELECT user_count FROM user_groups WHERE id = @id))) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM (SELECT version FROM user_groups WHERE id = @id FOR UPDATE) AS own WHERE require_version(own.version, @expected_versions)) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM users
WHERE id = ANY (ARRAY(SELECT user_id FROM memberships WHERE group_id = @id)) ORDER BY id FOR NO KEY UPDATE) AS locked);
DELETE FROM user_groups WHERE id = @id;

-- DELETE /auth/group/UUID: 204

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
SELECT version FROM user_groups WHERE id = @id;

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
SELECT version FROM user_groups WHERE id = @id;

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
SELECT version FROM user_groups WHERE id = @id;

-- GET /auth/audit?actor=command-line: 200

SELECT a.write_id, a.resource, a.resource_id, a.created_at, a.actor, a.operation, a.trace_id, a.changes, CASE WHEN a.mirrors THEN '{}' ELSE a.added END AS added, CASE WHEN a.mirrors THEN '{}' ELSE a.removed END AS removed, '', (SELECT count(*)::int FROM (SELECT FROM audit_entries AS a WHERE (a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}') AND a.actor = $1 LIMIT 5000) AS counted)
FROM audit_entries AS a WHERE (a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}') AND a.actor = $1
ORDER BY a.write_id DESC, a.resource_id DESC LIMIT 51;

-- GET /auth/audit?kind=deleted&operation=sql: 200

SELECT a.write_id, a.resource, a.resource_id, a.created_at, a.actor, a.operation, a.trace_id, a.changes, CASE WHEN a.mirrors THEN '{}' ELSE a.added END AS added, CASE WHEN a.mirrors THEN '{}' ELSE a.removed END AS removed, '', (SELECT count(*)::int FROM (SELECT FROM audit_entries AS a WHERE (a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}') AND a.kind = 'deleted' AND a.operation = $1 LIMIT 5000) AS counted)
FROM audit_entries AS a WHERE (a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}') AND a.kind = 'deleted' AND a.operation = $1
ORDER BY a.write_id DESC, a.resource_id DESC LIMIT 51;

-- GET /user/UUID, several at once

SELECT u.id, u.first_name, u.last_name, u.email, u.role, (SELECT CASE WHEN cardinality(own.ids) <= 500 THEN own.ids END
FROM (SELECT ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id LIMIT 501) AS ids OFFSET 0) AS own) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = ANY ($1);

-- GET /auth/group/UUID, several at once

SELECT g.id, g.name, g.icon, g.description, CASE WHEN g.user_count <= 500 THEN ARRAY(SELECT s.user_id FROM memberships AS s WHERE s.group_id = g.id ORDER BY s.user_id) END AS users, g.created_at, g.updated_at, g.version
FROM user_groups AS g WHERE g.id = ANY ($1);

-- POST /user/import?create_groups=true: 200

-- An import sorts and joins more rows than requests do. To compile a statement (jit) takes longer than to run it.
SELECT pg_try_advisory_lock(4858369567163372338)
    AND set_config('work_mem', '64MB', false) || set_config('temp_buffers', '32MB', false)
        || set_config('jit', 'off', false) IS NOT NULL;

CREATE TEMP TABLE import_users (
    line bigint NOT NULL, id uuid NOT NULL, is_id_given boolean NOT NULL, created_at timestamptz NOT NULL,
    email text, folded_email text, role text,
    gives_first_name boolean NOT NULL, first_name text,
    gives_last_name boolean NOT NULL, last_name text,
    -- NULL if the row does not give the groups.
    user_groups text[]);
CREATE TEMP TABLE import_groups (
    line bigint NOT NULL, id uuid NOT NULL, is_id_given boolean NOT NULL, created_at timestamptz NOT NULL,
    name text,
    gives_icon boolean NOT NULL, icon text,
    gives_description boolean NOT NULL, description text);
-- A row has is_read if it was refused before the comparison. A new plan keeps it and deletes the others.
CREATE TEMP TABLE import_refusals (
    line bigint NOT NULL, part text, code text NOT NULL, detail text NOT NULL, is_read boolean NOT NULL DEFAULT false,
    group_name text);;

COPY import_users FROM STDIN (FORMAT binary);

COPY import_groups FROM STDIN (FORMAT binary);

CREATE UNIQUE INDEX ON import_users (line);
ANALYZE import_users (line, id, is_id_given, folded_email, user_groups);
ANALYZE import_groups;
ANALYZE import_refusals;;

CREATE TEMP TABLE import_refused (line bigint PRIMARY KEY);
-- The valid rows about existing users. The other valid rows are new users.
CREATE TEMP TABLE import_matches (line bigint NOT NULL, user_id uuid NOT NULL, gives_groups boolean NOT NULL);
-- The part of them that is compared again under locks.
CREATE TEMP TABLE import_locked (LIKE import_matches);
-- One entry for each row about a group: the id of the existing group, or the id for the new group.
CREATE TEMP TABLE import_group_matches (
    line bigint NOT NULL, group_id uuid NOT NULL, is_new boolean NOT NULL, is_ambiguous boolean NOT NULL);
-- The texts in user_groups of the rows: names and ids of groups. If the group must be created, created_at is set.
CREATE TEMP TABLE import_names (name text NOT NULL, group_id uuid, created_at timestamptz, fault text);
-- The groups of each valid row of a user.
CREATE TEMP TABLE import_members (line bigint NOT NULL, group_id uuid NOT NULL);
CREATE TEMP TABLE import_new_groups (
    id uuid NOT NULL, created_at timestamptz NOT NULL, name text, icon text, description text);
-- The memberships to add to existing users, or to remove from them.
CREATE TEMP TABLE import_differences (user_id uuid NOT NULL, group_id uuid NOT NULL, is_added boolean NOT NULL);
-- The existing users and groups to change.
CREATE TEMP TABLE import_changes (line bigint NOT NULL, user_id uuid NOT NULL, version bigint NOT NULL);
CREATE TEMP TABLE import_group_changes (line bigint NOT NULL, group_id uuid NOT NULL);
-- The groups to lock and write, with the change of their number of members.
CREATE TEMP TABLE import_touches (group_id uuid NOT NULL, delta integer NOT NULL);;

-- Of several rows with the same address or id, the first is valid.
INSERT INTO import_refusals (line, part, code, detail)
SELECT i.line, 'email', 'duplicate_email',
    format('Line %s has the same address. Addresses are unique without regard to case.', first.line)
FROM (
    SELECT folded_email, min(line) AS line FROM import_users
    WHERE folded_email IS NOT NULL GROUP BY folded_email HAVING count(*) > 1
) AS first
JOIN import_users AS i ON i.folded_email = first.folded_email AND i.line > first.line;

INSERT INTO import_refusals (line, part, code, detail)
SELECT i.line, 'id', 'duplicate_id', format('Line %s has the same id.', first.line)
FROM (
    SELECT id, min(line) AS line FROM (
        SELECT id, line FROM import_users WHERE is_id_given UNION ALL SELECT id, line FROM import_groups WHERE is_id_given) AS given
    GROUP BY id HAVING count(*) > 1
) AS first
JOIN (SELECT id, line FROM import_users WHERE is_id_given UNION ALL SELECT id, line FROM import_groups WHERE is_id_given) AS i
    ON i.id = first.id AND i.line > first.line;;

-- The id finds the user. If no user has the id, the address finds the user.
INSERT INTO import_matches (line, user_id, gives_groups)
SELECT i.line, u.id, i.user_groups IS NOT NULL
FROM import_users AS i JOIN users AS u ON u.id = i.id
WHERE i.is_id_given
UNION ALL
SELECT i.line, u.id, i.user_groups IS NOT NULL
FROM import_users AS i JOIN users AS u ON coalesce(u.folded_email, ' ' || u.id::text) COLLATE "C" = i.folded_email
WHERE NOT (i.is_id_given AND EXISTS (SELECT FROM users AS same WHERE same.id = i.id));

INSERT INTO import_refusals (line, part, code, detail)
SELECT m.line, 'id', 'duplicate_id', format('Line %s describes the same user.', first.line)
FROM (SELECT user_id, min(line) AS line FROM import_matches GROUP BY user_id HAVING count(*) > 1) AS first
JOIN import_matches AS m ON m.user_id = first.user_id AND m.line > first.line
WHERE NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = m.line);

INSERT INTO import_refusals (line, part, code, detail)
SELECT i.line, 'id', 'id_taken',
    'A group has this id. Leave the id out: then the row describes the user with this address, or a new user.'
FROM import_users AS i
WHERE i.is_id_given AND EXISTS (SELECT FROM user_groups AS g WHERE g.id = i.id);;

-- The id finds the group, otherwise the name that the group had before the import.
INSERT INTO import_group_matches (line, group_id, is_new, is_ambiguous)
SELECT i.line, coalesce(same.id, named.id, i.id), coalesce(same.id, named.id) IS NULL,
    same.id IS NULL AND coalesce(named.count, 0) > 1
FROM import_groups AS i
LEFT JOIN user_groups AS same ON same.id = i.id AND i.is_id_given
LEFT JOIN (
    SELECT name, count(*), (array_agg(id))[1] AS id FROM user_groups
    WHERE name IN (SELECT name FROM import_groups) GROUP BY name
) AS named ON named.name = i.name;

INSERT INTO import_refusals (line, part, code, detail)
SELECT m.line, 'name', 'ambiguous_user_group', format('Several groups have the name "%s". Give the id of the group.', i.name)
FROM import_group_matches AS m JOIN import_groups AS i USING (line) WHERE m.is_ambiguous;

INSERT INTO import_refusals (line, part, code, detail)
SELECT m.line, 'id', 'duplicate_id', format('Line %s describes the same group.', first.line)
FROM (
    SELECT group_id, min(line) AS line FROM import_group_matches
    WHERE NOT is_ambiguous GROUP BY group_id HAVING count(*) > 1
) AS first
JOIN import_group_matches AS m ON m.group_id = first.group_id AND m.line > first.line
WHERE NOT m.is_ambiguous AND NOT EXISTS (SELECT FROM import_refusals AS r WHERE r.line = m.line);

INSERT INTO import_refusals (line, part, code, detail)
SELECT i.line, 'id', 'id_taken',
    'A user has this id. Leave the id out: then the row describes the group with this name, or a new group.'
FROM import_groups AS i
WHERE i.is_id_given AND EXISTS (SELECT FROM users AS u WHERE u.id = i.id);;

INSERT INTO import_refused SELECT DISTINCT line FROM import_refusals ON CONFLICT DO NOTHING;;

INSERT INTO import_names (name, group_id, fault)
WITH known AS (
    -- The groups of valid rows. If a row renames a group, both its names find it.
    SELECT m.group_id, i.id AS alias, i.name FROM import_groups AS i JOIN import_group_matches AS m USING (line)
    WHERE NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
), wanted AS (
    -- The names that rows of users give. A name in the form of an id can be an id.
    SELECT name, CASE WHEN name ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN name::uuid END AS id
    FROM (SELECT DISTINCT unnest(user_groups) AS name FROM import_users) AS given
), same AS (
    SELECT DISTINCT ON (w.name) w.name, g.id AS group_id
    FROM wanted AS w
    JOIN (SELECT id, id AS alias FROM user_groups UNION ALL SELECT group_id, alias FROM known) AS g ON g.alias = w.id
    ORDER BY w.name, g.id
), named AS (
    SELECT w.name, count(*), (array_agg(g.id))[1] AS group_id
    FROM wanted AS w JOIN (SELECT id, name FROM user_groups UNION SELECT group_id, name FROM known) AS g ON g.name = w.name
    GROUP BY w.name
), refused AS (
    -- A group whose own row is refused is not created by its name.
    SELECT group_name AS name FROM import_refusals WHERE group_name IS NOT NULL
    UNION SELECT i.name FROM import_groups AS i JOIN import_refused AS r USING (line)
)
SELECT w.name, CASE WHEN same.name IS NOT NULL THEN same.group_id WHEN named.count = 1 THEN named.group_id END,
    CASE WHEN same.name IS NOT NULL OR named.count = 1 THEN NULL
        WHEN named.count > 1 THEN 'ambiguous_user_group'
        WHEN w.id IS NOT NULL OR NOT True OR EXISTS (SELECT FROM refused AS r WHERE r.name = w.name)
        THEN 'unknown_user_group' END
FROM wanted AS w LEFT JOIN same ON same.name = w.name LEFT JOIN named ON named.name = w.name;

-- The new groups get UUIDs of version 7. Each id has a later time than the one before.
UPDATE import_names AS n SET group_id = made.id, created_at = timestamptz 'epoch' + made.micros * interval '1 microsecond'
FROM (
    SELECT name, micros, (lpad(to_hex(micros / 1000), 12, '0') || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
        || right(replace(gen_random_uuid()::text, '-', ''), 16))::uuid AS id
    FROM (
        SELECT name,
            (extract(epoch FROM statement_timestamp()) * 1000000)::bigint + row_number() OVER (ORDER BY name COLLATE "C") AS micros
        FROM import_names WHERE group_id IS NULL AND fault IS NULL
    ) AS missing
) AS made
WHERE n.name = made.name;

ANALYZE import_names;

INSERT INTO import_refusals (line, part, code, detail)
SELECT i.line, 'user_groups', n.fault, CASE n.fault
    WHEN 'ambiguous_user_group'
    THEN format('Several groups have the name "%s". Give the id of the group.', n.name)
    ELSE format('The group "%s" does not exist, or its own line is refused.', n.name) END
FROM import_names AS n
JOIN (
    SELECT i.line, e.name
    FROM import_users AS i CROSS JOIN unnest(i.user_groups) AS e (name)
) AS entry ON entry.name = n.name
JOIN import_users AS i ON i.line = entry.line
WHERE n.fault IS NOT NULL;;

INSERT INTO import_refused SELECT DISTINCT line FROM import_refusals ON CONFLICT DO NOTHING;;

INSERT INTO import_refusals (line, part, code, detail)
WITH RECURSIVE takers AS (
    SELECT i.line, i.id AS user_id, u.id AS owner_id
    FROM import_users AS i JOIN users AS u ON coalesce(u.folded_email, ' ' || u.id::text) COLLATE "C" = i.folded_email
    WHERE i.is_id_given AND u.id <> i.id AND EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.user_id = i.id)
        AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
), givers AS (
    SELECT t.line, i.line AS line_of_owner
    FROM takers AS t
    LEFT JOIN import_users AS i ON i.id = t.owner_id AND i.folded_email IS NOT NULL
        AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line)
), refused AS (
    SELECT line FROM givers WHERE line_of_owner IS NULL
    UNION SELECT g.line FROM givers AS g JOIN refused AS r ON r.line = g.line_of_owner
)
SELECT line, 'email', 'email_taken',
    'Another user has this address and keeps it. Give that user another address in the same file, or leave the address out.'
FROM refused;;

INSERT INTO import_refused SELECT DISTINCT line FROM import_refusals ON CONFLICT DO NOTHING;;

DELETE FROM import_matches AS m USING import_refused AS r WHERE r.line = m.line;

INSERT INTO import_members (line, group_id)
SELECT DISTINCT i.line, n.group_id
FROM import_users AS i CROSS JOIN unnest(i.user_groups) AS e (name) JOIN import_names AS n ON n.name = e.name
WHERE NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line);

-- New groups with rows of their own.
INSERT INTO import_new_groups (id, created_at, name, icon, description)
SELECT m.group_id, CASE WHEN i.is_id_given THEN least(i.created_at, now()) ELSE i.created_at END, i.name,
    i.icon, i.description
FROM import_group_matches AS m JOIN import_groups AS i USING (line)
WHERE m.is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line);

-- New groups without a row of their own. Only rows of users mention them.
INSERT INTO import_new_groups (id, created_at, name)
SELECT group_id, created_at, name FROM import_names
WHERE created_at IS NOT NULL AND group_id IN (SELECT group_id FROM import_members);

ANALYZE import_refused;
ANALYZE import_matches;
ANALYZE import_members;;

CREATE INDEX ON import_matches (line);
CREATE INDEX ON import_members (line);;

TRUNCATE import_group_changes;

INSERT INTO import_group_changes (line, group_id)
SELECT m.line, g.id
FROM import_group_matches AS m JOIN import_groups AS i USING (line) JOIN user_groups AS g ON g.id = m.group_id
WHERE NOT m.is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)
    AND ((i.name IS NOT NULL AND i.name IS DISTINCT FROM g.name)
    OR (i.gives_icon AND i.icon IS DISTINCT FROM g.icon)
    OR (i.gives_description AND i.description IS DISTINCT FROM g.description));;

TRUNCATE import_differences, import_changes;

-- One statement reads versions and memberships in one snapshot. A change of memberships increments the version of the user.
-- So the differences are right as long as the user has this version.
WITH differences AS (
    INSERT INTO import_differences (user_id, group_id, is_added)
    SELECT coalesce(wanted.user_id, present.user_id), coalesce(wanted.group_id, present.group_id), present.user_id IS NULL
    FROM (SELECT m.user_id, g.group_id FROM import_matches AS m JOIN import_members AS g USING (line)) AS wanted
    FULL JOIN (
        SELECT s.user_id, s.group_id FROM memberships AS s JOIN import_matches AS m ON m.user_id = s.user_id AND m.gives_groups
    ) AS present ON present.user_id = wanted.user_id AND present.group_id = wanted.group_id
    WHERE present.user_id IS NULL OR wanted.user_id IS NULL
    RETURNING user_id
)
INSERT INTO import_changes (line, user_id, version)
SELECT m.line, u.id, u.version
FROM import_matches AS m
JOIN import_users AS i USING (line)
JOIN users AS u ON u.id = m.user_id
LEFT JOIN (SELECT DISTINCT user_id FROM differences) AS d ON d.user_id = u.id
WHERE d.user_id IS NOT NULL
    OR (i.role IS NOT NULL AND i.role <> u.role)
    -- A row that found the user by its address does not change the address.
    OR (i.id = u.id AND i.email IS NOT NULL AND i.email IS DISTINCT FROM u.email)
    OR (i.gives_first_name AND i.first_name IS DISTINCT FROM u.first_name)
    OR (i.gives_last_name AND i.last_name IS DISTINCT FROM u.last_name);

ANALYZE import_differences;
ANALYZE import_changes;;

SELECT matched,
    (SELECT count(*) FROM import_users) - matched
        - (SELECT count(*) FROM import_refused AS r WHERE EXISTS (SELECT FROM import_users AS i WHERE i.line = r.line)),
    (SELECT count(*) FROM import_changes),
    (SELECT count(*) FROM import_refused),
    (SELECT count(*) FROM import_new_groups),
    (SELECT count(*) FROM import_group_changes),
    (SELECT count(*) FROM import_group_matches AS m
        WHERE NOT is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)),
    (SELECT count(*) FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)),
    (SELECT coalesce(max(line), 0) FROM import_users),
    (SELECT count(*) FILTER (WHERE is_added) FROM import_differences),
    (SELECT count(*) FILTER (WHERE NOT is_added) FROM import_differences)
FROM (SELECT count(*) AS matched FROM import_matches) AS matches;

-- The function writer_slot never gives slot 32 to a session.
SELECT set_config('workspace.write', @write, true), set_config('workspace.slot', '32', true),
    set_config('workspace.touching', 'deferred', true);

INSERT INTO user_groups (id, name, icon, description, created_at, updated_at)
SELECT id, name, icon, description, created_at, greatest(created_at, now()) FROM import_new_groups
ORDER BY id;

INSERT INTO users (id, email, folded_email, role, first_name, last_name, created_at, updated_at)
SELECT i.id, i.email, i.folded_email, coalesce(i.role, 'viewer'), i.first_name, i.last_name,
    CASE WHEN i.is_id_given THEN least(i.created_at, now()) ELSE i.created_at END, greatest(CASE WHEN i.is_id_given THEN least(i.created_at, now()) ELSE i.created_at END, now())
FROM import_users AS i WHERE i.line > @from AND i.line <= @to
AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line AND r.line > @from AND r.line <= @to)
AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.line > @from AND m.line <= @to) ORDER BY i.line;

INSERT INTO memberships (user_id, group_id)
SELECT i.id, g.group_id FROM import_users AS i JOIN import_members AS g ON g.line = i.line
WHERE g.line > @from AND g.line <= @to AND i.line > @from AND i.line <= @to
AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = i.line AND r.line > @from AND r.line <= @to)
AND NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = i.line AND m.line > @from AND m.line <= @to) ORDER BY i.line;

SAVEPOINT before_locks;

TRUNCATE import_differences, import_changes;

-- One statement reads versions and memberships in one snapshot. A change of memberships increments the version of the user.
-- So the differences are right as long as the user has this version.
WITH differences AS (
    INSERT INTO import_differences (user_id, group_id, is_added)
    SELECT coalesce(wanted.user_id, present.user_id), coalesce(wanted.group_id, present.group_id), present.user_id IS NULL
    FROM (SELECT m.user_id, g.group_id FROM import_matches AS m JOIN import_members AS g USING (line)) AS wanted
    FULL JOIN (
        SELECT s.user_id, s.group_id FROM memberships AS s JOIN import_matches AS m ON m.user_id = s.user_id AND m.gives_groups
    ) AS present ON present.user_id = wanted.user_id AND present.group_id = wanted.group_id
    WHERE present.user_id IS NULL OR wanted.user_id IS NULL
    RETURNING user_id
)
INSERT INTO import_changes (line, user_id, version)
SELECT m.line, u.id, u.version
FROM import_matches AS m
JOIN import_users AS i USING (line)
JOIN users AS u ON u.id = m.user_id
LEFT JOIN (SELECT DISTINCT user_id FROM differences) AS d ON d.user_id = u.id
WHERE d.user_id IS NOT NULL
    OR (i.role IS NOT NULL AND i.role <> u.role)
    -- A row that found the user by its address does not change the address.
    OR (i.id = u.id AND i.email IS NOT NULL AND i.email IS DISTINCT FROM u.email)
    OR (i.gives_first_name AND i.first_name IS DISTINCT FROM u.first_name)
    OR (i.gives_last_name AND i.last_name IS DISTINCT FROM u.last_name);

ANALYZE import_differences;
ANALYZE import_changes;;

SELECT matched,
    (SELECT count(*) FROM import_users) - matched
        - (SELECT count(*) FROM import_refused AS r WHERE EXISTS (SELECT FROM import_users AS i WHERE i.line = r.line)),
    (SELECT count(*) FROM import_changes),
    (SELECT count(*) FROM import_refused),
    (SELECT count(*) FROM import_new_groups),
    (SELECT count(*) FROM import_group_changes),
    (SELECT count(*) FROM import_group_matches AS m
        WHERE NOT is_new AND NOT EXISTS (SELECT FROM import_refused AS r WHERE r.line = m.line)),
    (SELECT count(*) FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)),
    (SELECT coalesce(max(line), 0) FROM import_users),
    (SELECT count(*) FILTER (WHERE is_added) FROM import_differences),
    (SELECT count(*) FILTER (WHERE NOT is_added) FROM import_differences)
FROM (SELECT count(*) AS matched FROM import_matches) AS matches;

TRUNCATE import_touches;

INSERT INTO import_touches (group_id, delta)
SELECT group_id, sum(delta)
FROM (
    SELECT group_id, 1 AS delta FROM import_members AS g WHERE NOT EXISTS (SELECT FROM import_matches AS m WHERE m.line = g.line)
    UNION ALL SELECT group_id, CASE WHEN is_added THEN 1 ELSE -1 END FROM import_differences
    UNION ALL SELECT group_id, 0 FROM import_group_changes
) AS deltas
GROUP BY group_id;

SELECT (SELECT count(*) FROM (
    SELECT FROM user_groups WHERE id IN (SELECT group_id FROM import_touches) ORDER BY id FOR NO KEY UPDATE) AS locked) = (SELECT count(*) FROM import_touches);

SELECT (SELECT count(*) FILTER (WHERE locked.is_same) FROM (
    SELECT u.version = c.version AS is_same
    FROM users AS u JOIN import_changes AS c ON c.user_id = u.id ORDER BY u.id FOR NO KEY UPDATE OF u
    ) AS locked) = (SELECT count(*) FROM import_changes);

SELECT NOT EXISTS (SELECT FROM import_matches AS m WHERE NOT EXISTS (SELECT FROM users AS u WHERE u.id = m.user_id));

SELECT set_config('workspace.write_parts', array_to_string(write_parts(), ','), true), set_config('workspace.write_id', '', true);

UPDATE users AS u SET email = NULL, folded_email = NULL, version = u.version + 1
FROM import_changes AS c JOIN import_users AS i ON i.line = c.line
WHERE u.id = c.user_id AND i.is_id_given AND i.id = u.id AND i.folded_email <> u.folded_email AND EXISTS (
    SELECT FROM import_users AS taker JOIN import_changes AS t ON t.line = taker.line
    WHERE taker.folded_email = u.folded_email AND taker.id = t.user_id);

UPDATE users AS u SET
    first_name = CASE WHEN i.gives_first_name THEN i.first_name ELSE u.first_name END,
    last_name = CASE WHEN i.gives_last_name THEN i.last_name ELSE u.last_name END,
    email = CASE WHEN i.id = u.id AND i.email IS NOT NULL THEN i.email ELSE u.email END,
    folded_email = CASE WHEN i.id = u.id AND i.email IS NOT NULL THEN i.folded_email ELSE u.folded_email END,
    role = coalesce(i.role, u.role), version = u.version + 1, updated_at = touched_at(u.updated_at)
FROM import_changes AS c JOIN import_users AS i ON i.line = c.line
WHERE u.id = c.user_id AND c.line > @from AND c.line <= @to;

DELETE FROM memberships AS m USING import_differences AS d
WHERE NOT d.is_added AND m.user_id = d.user_id AND m.group_id = d.group_id;

INSERT INTO memberships (user_id, group_id)
SELECT user_id, group_id FROM import_differences WHERE is_added ORDER BY user_id, group_id;

UPDATE user_groups AS g SET
    name = coalesce(i.name, g.name),
    icon = CASE WHEN i.gives_icon THEN i.icon ELSE g.icon END,
    description = CASE WHEN i.gives_description THEN i.description ELSE g.description END,
    version = g.version + 1, updated_at = touched_at(g.updated_at), user_count = g.user_count + t.delta
FROM import_touches AS t
LEFT JOIN import_group_changes AS c ON c.group_id = t.group_id
LEFT JOIN import_groups AS i ON i.line = c.line
WHERE g.id = t.group_id;

UPDATE audit_entries AS a SET resource_version = g.version
FROM import_touches AS t JOIN user_groups AS g ON g.id = t.group_id
WHERE a.resource_id = g.id AND a.write_id = ANY (write_parts());

INSERT INTO audit_entries
    (write_id, position, parts, created_at, resource_id, resource, kind, actor, operation, trace_id, changes)
SELECT id, nextval('write_positions'), write_parts(), written_at(id), @id, 'imports', 'finished',
    this ->> 'actor', this ->> 'operation', this ->> 'trace_id', @changes
FROM write_id() AS id, current_write() AS this;

SELECT line, part, code, detail FROM import_refusals ORDER BY line, ctid;

SELECT pg_advisory_unlock(4858369567163372338);

-- GET /user/UUID/data: 200

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version
FROM users AS u WHERE u.id = $1;

SELECT a.write_id, a.resource, a.resource_id, a.created_at, a.actor, a.operation, a.trace_id, a.changes, CASE WHEN a.mirrors THEN '{}' ELSE a.added END AS added, CASE WHEN a.mirrors THEN '{}' ELSE a.removed END AS removed
FROM audit_entries AS a
WHERE (a.mirrors IS NOT TRUE OR a.kind <> 'updated' OR a.changes <> '{}')
    AND ((a.resource_id = $1 AND a.resource = 'users') OR a.actor = $2 OR a.added @> ARRAY[$1] OR a.removed @> ARRAY[$1])
ORDER BY a.write_id, a.resource_id;

SELECT w.webhook_id AS "WebhookId", w.event_id AS "EventId", w.type AS "Type", w.time AS "Time", w.status AS "Status", w.answer AS "Answer"
FROM webhook_deliveries AS w
WHERE w.resource_id = @request_Id AND w.type LIKE 'user.%'
ORDER BY w.id;

-- POST /user/UUID/erase: 204

INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT) AS locked) + (SELECT length(set_config('workspace.write', @write, true)));
UPDATE idempotency_records SET answer = (
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY ('{id,role,user_groups,created_at,updated_at,version}'::text[]) THEN value ELSE 'null' END) FROM jsonb_each(answer))
WHERE answer ->> 'id' = @id::text AND answer ? 'user_groups';
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT plan_for((SELECT count(*) FROM memberships WHERE user_id = @id))) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT version FROM users WHERE id = @id FOR UPDATE) AS locked);
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT 1 FROM user_groups
WHERE id = ANY (ARRAY(SELECT group_id FROM memberships WHERE user_id = @id)) ORDER BY id FOR NO KEY UPDATE NOWAIT) AS locked);
DELETE FROM users WHERE id = @id;
UPDATE audit_entries AS a SET changes = (
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY ('{id,role,user_groups,created_at,updated_at,version}'::text[]) THEN value ELSE '{}' END) FROM jsonb_each(a.changes))
WHERE a.resource_id = @id AND a.resource = 'users' AND a.changes <> '{}';
UPDATE webhook_deliveries SET answer = ''
WHERE resource_id = @id AND type LIKE 'user.%' AND answer <> '';
INSERT INTO row_counts (count) SELECT 0
WHERE 0 > (SELECT count(*) FROM (SELECT set_config('workspace.write_id', '', true)) AS locked);
INSERT INTO audit_entries (write_id, position, created_at, resource_id, resource, kind, actor, operation, trace_id)
SELECT id, position_of(id), written_at(id), @id, 'users', 'erased', this ->> 'actor', this ->> 'operation', this ->> 'trace_id'
FROM write_id() AS id, current_write() AS this
WHERE EXISTS (SELECT FROM audit_entries WHERE resource_id = @id AND resource = 'users')
    OR EXISTS (SELECT FROM webhook_deliveries WHERE resource_id = @id AND type LIKE 'user.%');

-- GET /user/export?format=csv: 200

SELECT running_transactions()::text;

SET TRANSACTION READ ONLY;
-- Sorting and hashing would finish earlier, but write the whole workspace to temporary files before the first row.
SET LOCAL enable_sort = off;
SET LOCAL enable_hashagg = off;
SET LOCAL enable_hashjoin = off;
-- Parallel workers would stay busy while the client reads.
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;

SELECT epoch, final_position, export_snapshot(@earlier::pg_snapshot, final_position) FROM poll_events();

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

SELECT running_transactions()::text;

SET TRANSACTION READ ONLY;
-- Sorting and hashing would finish earlier, but write the whole workspace to temporary files before the first row.
SET LOCAL enable_sort = off;
SET LOCAL enable_hashagg = off;
SET LOCAL enable_hashjoin = off;
-- Parallel workers would stay busy while the client reads.
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;

SELECT epoch, final_position, export_snapshot(@earlier::pg_snapshot, final_position) FROM poll_events();

SELECT g.id, g.name, g.icon, g.description, '{}'::uuid[] AS users, g.created_at, g.updated_at, g.version FROM user_groups AS g ORDER BY g.id;

SELECT u.id, u.first_name, u.last_name, u.email, u.role, ARRAY(SELECT s.group_id FROM memberships AS s WHERE s.user_id = u.id ORDER BY s.group_id) AS user_groups, u.created_at, u.updated_at, u.version FROM users AS u ORDER BY u.id;

