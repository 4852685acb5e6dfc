-- The audit: triggers write an entry for every change, in the transaction of the change. What runs during a write is in PL/pgSQL, which
-- keeps its plans, or it is a single expression in SQL, which PostgreSQL writes into the plan of its caller. Other functions in SQL are
-- planned again in each transaction, which doubled the cost of the audit.

-- Returns the id of this write: a UUID version 7 with the time in microseconds and the position of the write. It is made at the first
-- change, after the locks on everything that changes were taken. Of two writes of one resource the later one therefore has the higher
-- position (docs/decisions/0024). The transaction gets its number before it draws a position, which the watermarks rely on.
CREATE OR REPLACE FUNCTION write_id() RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    known text := nullif(current_setting('workspace.write_id', true), '');
    micros bigint;
BEGIN
    IF known IS NULL THEN
        PERFORM pg_current_xact_id();
        micros := date_part('epoch', clock_timestamp()) * 1000000;
        -- 28672 is the number 7 of the version, before 12 bits for the microseconds.
        known := lpad(to_hex(micros / 1000 << 16 | 28672 | micros % 1000 * 4096 / 1000), 16, '0')
            || to_hex('-9223372036854775808'::bigint | nextval('write_positions'));
        PERFORM set_config('workspace.write_id', known, true);
    END IF;
    RETURN known;
END
$$;

-- Returns the position in the id of a write. An import changes rows before it has all its locks, so its entries have no position, except
-- its last one, which names the others (parts).
CREATE OR REPLACE FUNCTION position_of(write_id uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN current_setting('workspace.touching', true) = 'deferred' THEN NULL
        ELSE ('x' || translate(right(write_id::text, 17), '-', ''))::bit(64)::bigint & 4611686018427387903 END
$$;

-- Returns the ids of this import so far. It makes a new one after it has its locks (RenewWriteId).
CREATE OR REPLACE FUNCTION write_parts() RETURNS uuid[] LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN string_to_array(nullif(current_setting('workspace.write_parts', true), ''), ',')::uuid[] || write_id();
END
$$;

-- Returns the time in the id of a write.
CREATE OR REPLACE FUNCTION written_at(write_id uuid) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT timestamptz 'epoch'
        + ('x' || translate(left(write_id::text, 13), '-', ''))::bit(48)::bigint * interval '1 millisecond'
        + (('x' || substr(write_id::text, 16, 3))::bit(12)::integer * 1000 + 4095) / 4096 * interval '1 microsecond'
$$;

-- Returns the caller of this write. Changes made past the service have no caller; the user of the database takes its place. The setting
-- is '' if an earlier transaction of the connection had it.
CREATE OR REPLACE FUNCTION current_write() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        nullif(current_setting('workspace.write', true), '')::jsonb,
        jsonb_build_object('actor', 'database:' || session_user, 'operation', 'sql'))
$$;

-- Merges the changes of several statements of one write: from the first value to the last one. What was changed back is no change.
CREATE OR REPLACE FUNCTION merge_changes(earlier jsonb, later jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN earlier - ARRAY(SELECT jsonb_object_keys(later)) || (
        SELECT coalesce(jsonb_object_agg(key, change), '{}')
        FROM jsonb_each(later) AS l (key, value)
        CROSS JOIN LATERAL jsonb_strip_nulls(
            jsonb_build_object('from', coalesce(earlier -> key, value) -> 'from', 'to', value -> 'to')) AS change
        WHERE change -> 'from' IS DISTINCT FROM change -> 'to');
END
$$;

-- Returns the expression for the value of a column in an entry. Times are written as the API writes them.
CREATE OR REPLACE FUNCTION audited_value(of_table text, of_row text, of_column text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE atttypid
        WHEN 'timestamptz'::regtype THEN format('to_char(%s.%I AT TIME ZONE ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.US"Z"'')', of_row, attname)
        ELSE format('%s.%I', of_row, attname) END
    FROM pg_attribute WHERE attrelid = of_table::regclass AND attname = of_column
$$;

-- Declares the audited columns of a table: creates its function audit_TABLE and its triggers. A change of these columns, or of the
-- columns in also_shown, moves the version of the row.
-- Inserts and deletes are audited by statement, updates by row: an update of other columns then never calls the function.
CREATE OR REPLACE PROCEDURE audit_columns(of_table text, columns text[], also_shown text[] DEFAULT '{}') LANGUAGE plpgsql AS $procedure$
DECLARE
    created text;
    updated text;
    old_values text;
    new_values text;
    old_shown text;
    new_shown text;
BEGIN
    SELECT
        string_agg(format(
            '%L, CASE WHEN changed.%I IS NOT NULL THEN jsonb_build_object(TG_ARGV[0], %s) END',
            name, name, audited_value(of_table, 'changed', name)), ', ' ORDER BY place),
        string_agg(format(
            '%L, CASE WHEN OLD.%I IS DISTINCT FROM NEW.%I THEN jsonb_build_object(''from'', %s, ''to'', %s) END',
            name, name, name, audited_value(of_table, 'OLD', name), audited_value(of_table, 'NEW', name)), ', ' ORDER BY place),
        string_agg(format('OLD.%I', name), ', ' ORDER BY place),
        string_agg(format('NEW.%I', name), ', ' ORDER BY place)
    INTO created, updated, old_values, new_values
    FROM unnest(columns) WITH ORDINALITY AS c (name, place);
    SELECT string_agg(format('OLD.%I', name), ', ' ORDER BY place), string_agg(format('NEW.%I', name), ', ' ORDER BY place)
    INTO old_shown, new_shown
    FROM unnest(columns || also_shown) WITH ORDINALITY AS c (name, place);

    EXECUTE format($template$
        CREATE OR REPLACE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql AS $function$
        DECLARE
            this_id uuid := write_id();
            this jsonb := current_write();
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                -- tr_TABLE_touch moves the version of a row that was changed past the service.
                INSERT INTO audit_entries AS entry
                    (write_id, position, created_at, resource_id, resource, kind, resource_version, actor, operation, trace_id, changes)
                SELECT this_id, position_of(this_id), written_at(this_id), NEW.id, %2$L, 'updated',
                    NEW.version + (NEW.version = OLD.version)::integer,
                    this ->> 'actor', this ->> 'operation', this ->> 'trace_id', jsonb_strip_nulls(jsonb_build_object(%3$s))
                ON CONFLICT ON CONSTRAINT pk_audit_entries
                DO UPDATE SET resource_version = excluded.resource_version, changes = merge_changes(entry.changes, excluded.changes);
            ELSE
                INSERT INTO audit_entries AS entry
                    (write_id, position, created_at, resource_id, resource, kind, resource_version, actor, operation, trace_id, changes)
                SELECT this_id, position_of(this_id), written_at(this_id), changed.id, %2$L,
                    CASE TG_OP WHEN 'INSERT' THEN 'created' ELSE 'deleted' END, changed.version,
                    this ->> 'actor', this ->> 'operation', this ->> 'trace_id', jsonb_strip_nulls(jsonb_build_object(%4$s))
                FROM changed
                ON CONFLICT ON CONSTRAINT pk_audit_entries
                -- A row that this write has created and deleted was only updated in the end, or not even that.
                DO UPDATE SET
                    kind = CASE WHEN entry.kind = 'updated' THEN excluded.kind ELSE 'updated' END,
                    resource_version = excluded.resource_version,
                    changes = merge_changes(entry.changes, excluded.changes);
            END IF;
            RETURN NULL;
        END
        $function$
        $template$, 'audit_' || of_table, of_table, updated, created);

    EXECUTE format($template$
        CREATE OR REPLACE TRIGGER %1$I AFTER INSERT ON %2$I
            REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %3$I('to')
        $template$, format('tr_%s_audit_insert', of_table), of_table, 'audit_' || of_table);
    EXECUTE format($template$
        CREATE OR REPLACE TRIGGER %1$I AFTER DELETE ON %2$I
            REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION %3$I('from')
        $template$, format('tr_%s_audit_delete', of_table), of_table, 'audit_' || of_table);
    EXECUTE format($template$
        CREATE OR REPLACE TRIGGER %1$I AFTER UPDATE ON %2$I FOR EACH ROW
            WHEN ((%4$s) IS DISTINCT FROM (%5$s)) EXECUTE FUNCTION %3$I()
        $template$, format('tr_%s_audit_update', of_table), of_table, 'audit_' || of_table, old_values, new_values);
    EXECUTE format($template$
        CREATE OR REPLACE TRIGGER %1$I AFTER UPDATE ON %2$I FOR EACH ROW
            WHEN (NEW.version = OLD.version AND (%3$s) IS DISTINCT FROM (%4$s)) EXECUTE FUNCTION touch_row()
        $template$, format('tr_%s_touch', of_table), of_table, old_shown, new_shown);
END
$procedure$;

-- The audited columns of each table.
CALL audit_columns('users', ARRAY['first_name', 'last_name', 'email', 'role']);
CALL audit_columns('user_groups', ARRAY['name', 'icon', 'description']);
CALL audit_columns('api_keys', ARRAY['name', 'role', 'expires_at'], also_shown => ARRAY['last_used_at']);
CALL audit_columns(
    'webhooks', ARRAY['url', 'types', 'group_id', 'description', 'state', 'previous_secret_expires_at'],
    also_shown => ARRAY['disabled_reason', 'failing_since', 'blocked_event_id', 'next_attempt_at']);

-- Merges the ids of several statements of one write: the earlier ids without those that later statements have taken back, and the later
-- ids without those that take back earlier statements.
CREATE OR REPLACE FUNCTION merge_ids(earlier uuid[], taken_back uuid[], later uuid[], takes_back uuid[]) RETURNS uuid[]
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF taken_back = '{}' AND takes_back = '{}' THEN
        RETURN earlier || later;
    END IF;
    RETURN ARRAY(
        (SELECT unnest(earlier) EXCEPT SELECT unnest(taken_back)) UNION ALL (SELECT unnest(later) EXCEPT SELECT unnest(takes_back))
        ORDER BY 1);
END
$$;

-- Records memberships in the entries of their groups, with the ids of the users. If the caller writes a user, the entry of the user has
-- the ids of the groups, and the entries of the groups only mirror it for the feed of events.
-- Runs after touch_members (the triggers of a table run in the order of their names), so it sees the new versions.
CREATE OR REPLACE FUNCTION audit_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_id uuid := write_id();
    this jsonb := current_write();
BEGIN
    INSERT INTO audit_entries AS entry
        (write_id, position, created_at, resource_id, resource, kind, resource_version, actor, operation, trace_id, added, removed,
        mirrors)
    SELECT this_id, position_of(this_id), written_at(this_id), side.group_id, 'user_groups', 'updated',
        (SELECT g.version FROM user_groups AS g WHERE g.id = side.group_id),
        this ->> 'actor', this ->> 'operation', this ->> 'trace_id',
        CASE TG_ARGV[0] WHEN 'added' THEN side.ids ELSE '{}' END,
        CASE TG_ARGV[0] WHEN 'removed' THEN side.ids ELSE '{}' END,
        this ->> 'resource' = 'users'
    FROM (SELECT group_id, array_agg(user_id ORDER BY user_id) AS ids FROM changed GROUP BY group_id) AS side
    ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE SET
        mirrors = excluded.mirrors, resource_version = coalesce(excluded.resource_version, entry.resource_version),
        added = merge_ids(entry.added, excluded.removed, excluded.added, entry.removed),
        removed = merge_ids(entry.removed, excluded.added, excluded.removed, entry.added);

    IF this ->> 'resource' = 'users' THEN
        INSERT INTO audit_entries AS entry
            (write_id, position, created_at, resource_id, resource, kind, resource_version, actor, operation, trace_id, added, removed)
        SELECT this_id, position_of(this_id), written_at(this_id), side.user_id, 'users', 'updated',
            (SELECT u.version FROM users AS u WHERE u.id = side.user_id),
            this ->> 'actor', this ->> 'operation', this ->> 'trace_id',
            CASE TG_ARGV[0] WHEN 'added' THEN side.ids ELSE '{}' END,
            CASE TG_ARGV[0] WHEN 'removed' THEN side.ids ELSE '{}' END
        FROM (SELECT user_id, array_agg(group_id ORDER BY group_id) AS ids FROM changed GROUP BY user_id) AS side
        ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE SET
            resource_version = coalesce(excluded.resource_version, entry.resource_version),
            added = merge_ids(entry.added, excluded.removed, excluded.added, entry.removed),
            removed = merge_ids(entry.removed, excluded.added, excluded.removed, entry.added);
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_memberships_insert_audit AFTER INSERT ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('added');
CREATE OR REPLACE TRIGGER tr_memberships_delete_audit AFTER DELETE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('removed');
CREATE OR REPLACE TRIGGER tr_memberships_update_from_audit AFTER UPDATE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('removed');
CREATE OR REPLACE TRIGGER tr_memberships_update_to_audit AFTER UPDATE ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('added');
