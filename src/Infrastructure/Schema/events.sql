-- The feed of events reads the audit in the order of positions (docs/decisions/0024). A position is drawn before its write is committed,
-- so a reader must not pass a position while a write with a lower one is still running. Watermarks tell how far it may read.

-- Returns what tells this database from its own copies: a restored database is another one, and so is a promoted standby. Fails on a
-- standby.
CREATE OR REPLACE FUNCTION event_source() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN concat_ws('-', (SELECT system_identifier FROM pg_control_system()), left(pg_walfile_name(pg_current_wal_insert_lsn()), 8),
        (SELECT oid FROM pg_database WHERE datname = current_database()), 'event_epochs'::regclass::oid);
END
$$;

-- Begins a new epoch if this database is another one than at the last poll. Tokens of the earlier epoch stay valid up to the position
-- at which both databases certainly agree. That is the lowest watermark, which was final when it was stored. After a failover or a
-- restore to a time it can be a later one: if every transaction that was running when it was stored has committed here. A transaction
-- that has not may have committed in the other database.
CREATE OR REPLACE FUNCTION begin_epoch() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    earlier text;
    shared bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('event_epochs', 0));
    SELECT source INTO earlier FROM event_epochs ORDER BY number DESC LIMIT 1;
    IF event_source() IS DISTINCT FROM earlier THEN
        SELECT coalesce(min(position), 0) INTO shared FROM event_watermarks;
        -- Only the timeline differs, so the numbers of transactions mean the same.
        IF regexp_replace(event_source(), '-\w+', '') = regexp_replace(earlier, '-\w+', '') THEN
            SELECT greatest(shared, max(agreed.position)) INTO shared FROM (
                SELECT w.position FROM event_watermarks AS w
                -- In the list of columns, generate_series ends at the first row that NOT EXISTS finds. Usually it is the first number.
                WHERE NOT EXISTS (
                    SELECT FROM (SELECT generate_series(w.horizon::text::bigint, w.transaction::text::bigint - 1)) AS t (number)
                    WHERE pg_xact_status(number::text::xid8) IS DISTINCT FROM 'committed')
                ORDER BY w.position DESC LIMIT 1) AS agreed;
        END IF;

        INSERT INTO event_epochs (number, name, source, starts_after, removed_until)
        SELECT coalesce(max(number), 0) + 1, left(gen_random_uuid()::text, 8), event_source(), shared, coalesce(max(removed_until), 0)
        FROM event_epochs;
        DELETE FROM event_watermarks;
        INSERT INTO event_watermarks (position, transaction, horizon) VALUES (shared, '3', '3');
        -- The lost history after a backup had higher positions. New events must not get their ids: a receiver would take them for repeated
        -- ones.
        IF earlier IS NOT NULL THEN
            PERFORM setval('write_positions', (SELECT last_value FROM write_positions) + 4294967296);
        END IF;
    END IF;
END
$$;

-- Returns the position up to which every write is either visible or rolled back (final_position), and a transaction: all writes of
-- earlier transactions have at most this position (covered). Returns the epoch, the position up to which entries were removed, and the
-- last position that was drawn, too; the latter is null on a standby, which does not know it.
-- A watermark has the last position that was drawn, and then the number of a transaction that was assigned. Every write up to the
-- position has a lower number, so all of them have ended as soon as the oldest running transaction has a higher one.
-- A standby and a read-only database only read the watermarks.
CREATE OR REPLACE FUNCTION poll_events(OUT epoch text, OUT oldest bigint, OUT drawn bigint, OUT final_position bigint, OUT covered xid8)
LANGUAGE plpgsql AS $$
DECLARE
    running xid8 := pg_snapshot_xmin(pg_current_snapshot());
BEGIN
    IF current_setting('transaction_read_only') = 'off' THEN
        IF event_source() IS DISTINCT FROM (SELECT source FROM event_epochs ORDER BY number DESC LIMIT 1) THEN
            PERFORM begin_epoch();
        END IF;

        SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO drawn FROM write_positions;
        IF drawn > (SELECT max(position) FROM event_watermarks) THEN
            DELETE FROM event_watermarks
            WHERE position < (SELECT max(position) FROM event_watermarks WHERE transaction < running);
            INSERT INTO event_watermarks (position, transaction, horizon) VALUES (drawn, pg_current_xact_id(), running)
            ON CONFLICT DO NOTHING;
        END IF;
    END IF;

    SELECT name, removed_until INTO epoch, oldest FROM event_epochs ORDER BY number DESC LIMIT 1;
    SELECT position, horizon INTO final_position, covered FROM event_watermarks WHERE transaction < running ORDER BY position DESC LIMIT 1;
    IF NOT FOUND THEN
        -- A read of a restored database whose new epoch has not begun. The numbers of the watermarks are those of another server.
        SELECT min(position), '3' INTO final_position, covered FROM event_watermarks;
    END IF;
END
$$;

-- Returns the current snapshot. On a standby, PostgreSQL's own one does not name the running transactions.
CREATE OR REPLACE FUNCTION running_transactions() RETURNS pg_snapshot LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN pg_is_in_recovery() THEN (
        SELECT concat(pg_snapshot_xmin(s), ':', pg_snapshot_xmax(s), ':', string_agg(number::text, ',' ORDER BY number))::pg_snapshot
        FROM generate_series(pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint - 1) AS t (number)
        WHERE pg_xact_status(number::text::xid8) = 'in progress') ELSE s END
    FROM pg_current_snapshot() AS s
$$;

-- Returns the snapshot of this transaction for the token of an export. On a standby, a transaction counts as running if it had not ended
-- earlier and the snapshot shows no entry of it. If it has no entries at all, that makes no difference.
-- earlier: what running_transactions() returned in a transaction before this one.
-- final_position: as poll_events() returns it in this transaction. No write up to it is running.
CREATE OR REPLACE FUNCTION export_snapshot(earlier pg_snapshot, final_position bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN pg_is_in_recovery() THEN (
        SELECT concat(pg_snapshot_xmin(s), ':', pg_snapshot_xmax(s), ':', string_agg(number::text, ',' ORDER BY number))
        FROM (
            (SELECT xip::text::bigint FROM pg_snapshot_xip(earlier) AS xip
            UNION ALL
            SELECT generate_series(pg_snapshot_xmax(earlier)::text::bigint, pg_snapshot_xmax(s)::text::bigint - 1))
            EXCEPT
            SELECT a.transaction::text::bigint FROM audit_entries AS a WHERE a.position > final_position
        ) AS t (number)
        WHERE number >= pg_snapshot_xmin(s)::text::bigint) ELSE s::text END
    FROM pg_current_snapshot() AS s
$$;

-- A new database has its first epoch at once, so that exports have tokens before the service has started.
SELECT begin_epoch();
