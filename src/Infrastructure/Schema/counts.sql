-- The exact numbers of users by role and of groups. A count is the sum of its slots in row_counts. Writers of different connections
-- mostly add to different slots, so they do not wait for each other.

-- Returns the slot of this connection. An import has slot 32 to itself, because its transaction takes long. A connection pool has up
-- to 40 connections, so 64 other slots rarely collide.
CREATE OR REPLACE FUNCTION writer_slot() RETURNS smallint LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('workspace.slot', true), '')::smallint, (33 + pg_backend_pid() % 64)::smallint)
$$;

-- Counts inserted (argument 1) or deleted (argument -1) users.
CREATE OR REPLACE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO row_counts AS counter (list, part, slot, count)
    SELECT 'users', role, writer_slot(), TG_ARGV[0]::bigint * count(*) FROM changed GROUP BY role ORDER BY role
    ON CONFLICT ON CONSTRAINT pk_row_counts DO UPDATE SET count = counter.count + excluded.count;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_users_count_insert AFTER INSERT ON users
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users('1');
CREATE OR REPLACE TRIGGER tr_users_count_delete AFTER DELETE ON users
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users('-1');

-- Counts inserted (argument 1) or deleted (argument -1) groups.
CREATE OR REPLACE FUNCTION count_user_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO row_counts AS counter (list, part, slot, count)
    SELECT 'user_groups', '', writer_slot(), TG_ARGV[0]::bigint * count(*) FROM changed HAVING count(*) > 0
    ON CONFLICT ON CONSTRAINT pk_row_counts DO UPDATE SET count = counter.count + excluded.count;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_user_groups_count_insert AFTER INSERT ON user_groups
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_user_groups('1');
CREATE OR REPLACE TRIGGER tr_user_groups_count_delete AFTER DELETE ON user_groups
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_user_groups('-1');

CREATE OR REPLACE FUNCTION clear_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM row_counts WHERE list = TG_TABLE_NAME;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_users_count_truncate AFTER TRUNCATE ON users
    FOR EACH STATEMENT EXECUTE FUNCTION clear_counts();
CREATE OR REPLACE TRIGGER tr_user_groups_count_truncate AFTER TRUNCATE ON user_groups
    FOR EACH STATEMENT EXECUTE FUNCTION clear_counts();

-- Changes of roles are noted row by row in a setting of the transaction and counted at the end of the statement. A transition table
-- would hold every row of every update, and most updates move versions only. A rollback to a savepoint restores the setting, too.
CREATE OR REPLACE FUNCTION note_role_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted jsonb := coalesce(nullif(current_setting('workspace.role_changes', true), ''), '{}');
BEGIN
    PERFORM set_config('workspace.role_changes', (noted || jsonb_build_object(
        OLD.role, coalesce((noted -> OLD.role)::bigint, 0) - 1,
        NEW.role, coalesce((noted -> NEW.role)::bigint, 0) + 1))::text, true);
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION count_role_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted jsonb := nullif(current_setting('workspace.role_changes', true), '');
BEGIN
    IF noted IS NOT NULL THEN
        INSERT INTO row_counts AS counter (list, part, slot, count)
        SELECT 'users', key, writer_slot(), value::bigint FROM jsonb_each(noted) ORDER BY key
        ON CONFLICT ON CONSTRAINT pk_row_counts DO UPDATE SET count = counter.count + excluded.count;
        PERFORM set_config('workspace.role_changes', '', true);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_users_count_role AFTER UPDATE ON users FOR EACH ROW
    WHEN (OLD.role IS DISTINCT FROM NEW.role) EXECUTE FUNCTION note_role_change();
CREATE OR REPLACE TRIGGER tr_users_count_roles AFTER UPDATE OF role ON users
    FOR EACH STATEMENT EXECUTE FUNCTION count_role_changes();
