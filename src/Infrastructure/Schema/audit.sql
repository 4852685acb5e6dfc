-- The audit: triggers write an entry for every change, in the transaction of the change. What runs during a write is in PL/pgSQL, which
-- keeps its plans: functions in SQL are planned again in each transaction, which doubled the cost of the audit.

-- Returns the id of this write: a UUID version 7 with the time in microseconds and the number of the transaction. It is made at the
-- first change, after the locks on it were taken. Of two writes of one resource the later one therefore has the later id.
CREATE OR REPLACE FUNCTION write_id() RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    known text := nullif(current_setting('workspace.write_id', true), '');
    micros bigint;
BEGIN
    IF known IS NULL THEN
        micros := extract(epoch FROM clock_timestamp()) * 1000000;
        known := lpad(to_hex(micros / 1000), 12, '0')
            || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
            || to_hex('-9223372036854775808'::bigint | pg_current_xact_id()::text::bigint);
        PERFORM set_config('workspace.write_id', known, true);
    END IF;
    RETURN known;
END
$$;

-- Returns the time in the id of a write.
CREATE OR REPLACE FUNCTION written_at(write_id uuid) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    digits text := replace(write_id::text, '-', '');
BEGIN
    RETURN timestamptz 'epoch'
        + ('x' || left(digits, 12))::bit(48)::bigint * interval '1 millisecond'
        + (('x' || substr(digits, 14, 3))::bit(12)::integer * 1000 + 4095) / 4096 * interval '1 microsecond';
END
$$;

-- Returns the caller of this write. Changes made past the service have no caller; the user of the database takes its place. The setting
-- is '' if an earlier transaction of the connection had it.
CREATE OR REPLACE FUNCTION current_write() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce(
        nullif(current_setting('workspace.write', true), '')::jsonb,
        jsonb_build_object('actor', 'database:' || session_user, 'operation', 'sql'));
END
$$;

-- Merges the changes of several statements of one write: from the first value to the last one.
CREATE OR REPLACE FUNCTION merge_changes(earlier jsonb, later jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN earlier || (
        SELECT coalesce(jsonb_object_agg(key, jsonb_strip_nulls(jsonb_build_object(
            'from', coalesce(earlier -> key, value) -> 'from', 'to', value -> 'to'))), '{}')
        FROM jsonb_each(later));
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
                INSERT INTO audit_entries AS entry (write_id, created_at, resource_id, resource, actor, operation, trace_id, changes)
                SELECT this_id, written_at(this_id), NEW.id, %2$L, this ->> 'actor', this ->> 'operation', this ->> 'trace_id',
                    jsonb_strip_nulls(jsonb_build_object(%3$s))
                ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE SET changes = merge_changes(entry.changes, excluded.changes);
            ELSE
                INSERT INTO audit_entries AS entry (write_id, created_at, resource_id, resource, actor, operation, trace_id, changes)
                SELECT this_id, written_at(this_id), changed.id, %2$L, this ->> 'actor', this ->> 'operation', this ->> 'trace_id',
                    jsonb_strip_nulls(jsonb_build_object(%4$s))
                FROM changed
                ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE SET changes = merge_changes(entry.changes, excluded.changes);
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

-- Records memberships in the entry of the side that the caller writes, with the ids of the other side.
CREATE OR REPLACE FUNCTION audit_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this_id uuid := write_id();
    this jsonb := current_write();
    of_users boolean := coalesce(this ->> 'resource' = 'users', false);
BEGIN
    INSERT INTO audit_entries AS entry (write_id, created_at, resource_id, resource, actor, operation, trace_id, added, removed)
    SELECT this_id, written_at(this_id), side.resource_id, CASE WHEN of_users THEN 'users' ELSE 'user_groups' END,
        this ->> 'actor', this ->> 'operation', this ->> 'trace_id',
        CASE TG_ARGV[0] WHEN 'added' THEN side.ids ELSE '{}' END,
        CASE TG_ARGV[0] WHEN 'removed' THEN side.ids ELSE '{}' END
    FROM (
        SELECT CASE WHEN of_users THEN user_id ELSE group_id END AS resource_id,
            array_agg(CASE WHEN of_users THEN group_id ELSE user_id END ORDER BY user_id, group_id) AS ids
        FROM changed GROUP BY 1
    ) AS side
    ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE
    SET added = entry.added || excluded.added, removed = entry.removed || excluded.removed;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_memberships_audit_insert AFTER INSERT ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('added');
CREATE OR REPLACE TRIGGER tr_memberships_audit_delete AFTER DELETE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('removed');
CREATE OR REPLACE TRIGGER tr_memberships_audit_update_from AFTER UPDATE ON memberships
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('removed');
CREATE OR REPLACE TRIGGER tr_memberships_audit_update_to AFTER UPDATE ON memberships
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('added');
