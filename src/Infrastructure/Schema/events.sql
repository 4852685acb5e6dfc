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
-- at which both databases certainly agree: the lowest watermark, which was final when it was stored.
CREATE OR REPLACE FUNCTION begin_epoch() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('event_epochs', 0));
    IF event_source() IS DISTINCT FROM (SELECT source FROM event_epochs ORDER BY number DESC LIMIT 1) THEN
        INSERT INTO event_epochs (number, name, source, starts_after, removed_until)
        SELECT coalesce(max(number), 0) + 1, left(gen_random_uuid()::text, 8), event_source(),
            coalesce((SELECT min(position) FROM event_watermarks), 0), coalesce(max(removed_until), 0)
        FROM event_epochs;
        DELETE FROM event_watermarks;
        INSERT INTO event_watermarks (position, transaction, horizon)
        SELECT starts_after, '3', '3' FROM event_epochs ORDER BY number DESC LIMIT 1;
        -- The lost history after a backup had higher positions. New events must not get their ids: a receiver would take them for repeated
        -- ones.
        IF (SELECT count(*) FROM event_epochs) > 1 THEN
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

-- A new database has its first epoch at once, so that exports have tokens before the service has started.
SELECT begin_epoch();
