-- Refuses a change that takes the last API key from the admins. While an admin has a key that never expires, another one of that kind must
-- be left. Otherwise another valid key must be left. Changes with "forced" in the setting workspace.write are not checked.
CREATE OR REPLACE FUNCTION keep_admin_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (current_write() ->> 'forced')::boolean OR OLD.expires_at <= clock_timestamp() THEN
        RETURN NULL;
    END IF;

    -- Changes of two keys take turns, so that the later one sees the earlier one.
    PERFORM pg_advisory_xact_lock(hashtextextended('keep_admin_key', 0));
    IF NOT EXISTS (
        SELECT FROM api_keys
        WHERE role = 'admin' AND (expires_at IS NULL OR (OLD.expires_at IS NOT NULL AND expires_at > clock_timestamp()))) THEN
        RAISE EXCEPTION 'This is the last API key of an admin that stays valid.'
            USING ERRCODE = 'WS423', HINT = 'Create another key of an admin first, or use the command "keys revoke --force".';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER tr_api_keys_keep_admin_delete AFTER DELETE ON api_keys FOR EACH ROW
    WHEN (OLD.role = 'admin') EXECUTE FUNCTION keep_admin_key();
CREATE OR REPLACE TRIGGER tr_api_keys_keep_admin_update AFTER UPDATE ON api_keys FOR EACH ROW
    WHEN (OLD.role = 'admin' AND (OLD.role, OLD.expires_at) IS DISTINCT FROM (NEW.role, NEW.expires_at)) EXECUTE FUNCTION keep_admin_key();
