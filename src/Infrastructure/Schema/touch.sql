-- Versions and times of change. A resource shows its memberships, so both sides of a membership change with it.

-- Returns the new time of change: the time of the transaction, so that everything it changes agrees. The time of a row never goes back,
-- even if a transaction that began earlier commits later.
CREATE OR REPLACE FUNCTION touched_at(previous timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN previous = now() THEN previous ELSE greatest(now(), previous + interval '1 microsecond') END
$$;

-- Moves the version of a row that was changed past the service. The service moves the version itself. The trigger runs after the
-- change, because a trigger before it would lock each row once more.
CREATE OR REPLACE FUNCTION touch_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE %I SET version = version + 1, updated_at = touched_at(updated_at) WHERE id = $1', TG_TABLE_NAME) USING NEW.id;
    RETURN NULL;
END
$$;

-- Moves the versions of both sides of memberships and the number of members. Its argument is 1 for new memberships and -1 for old ones.
-- Locks groups before users, each ascending by id, as all writers do.
-- A connection keeps the plans of the first calls. They must fit one membership among a million users, and a hundred thousand
-- memberships of a directory that had three users a minute ago. So rows are found by an index and a list of ids.
CREATE OR REPLACE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_nestloop = off AS $$
BEGIN
    -- An import touches groups once, at its end. Touching them earlier would lock them until then.
    IF current_setting('workspace.touching', true) = 'deferred' THEN
        RETURN NULL;
    END IF;

    PERFORM FROM user_groups WHERE id = ANY (ARRAY(SELECT group_id FROM changed)) ORDER BY id FOR NO KEY UPDATE;
    UPDATE user_groups AS g
    SET version = version + 1, updated_at = touched_at(updated_at), user_count = user_count + TG_ARGV[0]::integer * c.count
    FROM (SELECT group_id, count(*) FROM changed GROUP BY group_id) AS c
    WHERE g.id = c.group_id AND g.id = ANY (ARRAY(SELECT group_id FROM changed));

    PERFORM FROM users WHERE id = ANY (ARRAY(SELECT user_id FROM changed)) ORDER BY id FOR NO KEY UPDATE;
    UPDATE users SET version = version + 1, updated_at = touched_at(updated_at)
    WHERE id = ANY (ARRAY(SELECT user_id FROM changed));

    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_memberships_insert AFTER INSERT ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members('1');
CREATE OR REPLACE TRIGGER tr_memberships_delete AFTER DELETE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members('-1');
CREATE OR REPLACE TRIGGER tr_memberships_update_from AFTER UPDATE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members('-1');
CREATE OR REPLACE TRIGGER tr_memberships_update_to AFTER UPDATE ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members('1');

CREATE OR REPLACE FUNCTION clear_user_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE user_groups SET user_count = 0 WHERE user_count <> 0;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_memberships_truncate AFTER TRUNCATE ON memberships
    FOR EACH STATEMENT EXECUTE FUNCTION clear_user_counts();
