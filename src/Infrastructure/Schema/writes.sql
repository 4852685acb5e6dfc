-- Functions that the statements of a write call. Their SQLSTATEs are translated in Database/WriteRules.cs.

-- Checks an If-Match header under the lock of the row, in the transaction of the write.
CREATE OR REPLACE FUNCTION require_version(version bigint, expected bigint[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF version = ANY (expected) THEN
        RETURN true;
    END IF;
    RAISE EXCEPTION 'The row has another version.' USING ERRCODE = 'WS412';
END
$$;

-- Refuses a write whose idempotency key is used or in use. Of simultaneous writes with one key only one goes on, and the others do not
-- wait for it: the advisory lock ends with the transaction. Each statement of the function sees what was committed before it.
CREATE OR REPLACE FUNCTION require_unused_key(actor text, key text, fingerprint bytea, expired_until timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    used_for bytea;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(key, hashtextextended(actor, 0))) THEN
        RAISE EXCEPTION 'A write with this key is still running.' USING ERRCODE = 'WS409';
    END IF;

    SELECT r.fingerprint INTO used_for FROM idempotency_records AS r
    WHERE r.actor = require_unused_key.actor AND r.key = require_unused_key.key AND r.created_at > expired_until;
    IF used_for = fingerprint THEN
        RAISE EXCEPTION 'This write was carried out already.' USING ERRCODE = 'WS208';
    ELSIF used_for IS NOT NULL THEN
        RAISE EXCEPTION 'The key belongs to another write.' USING ERRCODE = 'WS422';
    END IF;
END
$$;

-- Discards the plans of the connection before a write of many memberships. Planning takes some milliseconds, less than a hundred
-- memberships with a bad plan.
CREATE OR REPLACE FUNCTION plan_for(memberships bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF memberships > 100 THEN
        DISCARD PLANS;
    END IF;
END
$$;
