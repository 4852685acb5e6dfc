using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class CountAndSearch : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Said here in words for operators; PostgreSQL's own would be about a file that it cannot open.
            migrationBuilder.Sql(
                """
                DO $$
                DECLARE
                    missing text;
                BEGIN
                    SELECT string_agg(name, ', ') INTO missing FROM unnest(ARRAY['pg_trgm', 'unaccent']) AS name
                    WHERE name NOT IN (SELECT e.name FROM pg_available_extensions AS e);
                    IF missing IS NOT NULL THEN
                        RAISE EXCEPTION 'The database server lacks the extensions that search needs: %. Install PostgreSQL''s contrib package (postgresql-contrib; Debian''s server package has it), then start again.', missing
                            USING ERRCODE = 'feature_not_supported';
                    ELSIF EXISTS (SELECT FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent') AND extnamespace <> 'public'::regnamespace) THEN
                        RAISE EXCEPTION 'The database has the extensions pg_trgm and unaccent in another schema than public. Move them by ALTER EXTENSION ... SET SCHEMA public, then start again.'
                            USING ERRCODE = 'feature_not_supported';
                    ELSIF NOT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
                        RAISE EXCEPTION 'The database server is built without ICU, which search needs for letters beyond ASCII. Use a PostgreSQL that has it, as all usual packages do.'
                            USING ERRCODE = 'feature_not_supported';
                    END IF;
                END
                $$;

                CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
                CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
                """);

            // What search compares. It depends on neither the caller's settings nor the database's locale, since indexes keep its results. The
            // last letter of a Greek word must be found in the middle of a longer one.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION fold_text(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
                BEGIN
                    RETURN pg_catalog.translate(
                        pg_catalog.lower(public.unaccent('public.unaccent', $1) COLLATE pg_catalog."und-x-icu"), 'ς', 'σ');
                END
                $$;
                """);

            // With room in the pages, a row whose version alone moves, as with each change of its memberships, stays off the indexes. Half of a page
            // is for a group that takes in all users of it at once.
            migrationBuilder.Sql(
                """
                ALTER TABLE users SET (fillfactor = 50);
                ALTER TABLE user_groups SET (fillfactor = 85);
                ALTER TABLE users ADD COLUMN search_text text GENERATED ALWAYS AS
                    (fold_text(coalesce(first_name, '') || ' ' || coalesce(last_name, '') || ' ' || coalesce(email, ''))) STORED;
                ALTER TABLE user_groups ADD COLUMN search_text text GENERATED ALWAYS AS (fold_text(coalesce(name, ''))) STORED;

                -- Each row has dozens of trigrams, which are much cheaper put into the index many rows at a time. Few enough, too, that neither
                -- the writer who does that for all nor a search that reads what is not put in yet takes long.
                CREATE INDEX ix_users_search_text ON users USING gin (search_text gin_trgm_ops) WITH (gin_pending_list_limit = 1024);
                CREATE INDEX ix_user_groups_search_text ON user_groups USING gin (search_text gin_trgm_ops) WITH (gin_pending_list_limit = 1024);

                CREATE INDEX ix_users_role ON users (role, id);
                CREATE INDEX ix_users_email ON users ((coalesce(folded_email, '') COLLATE "C"), id);
                CREATE INDEX ix_users_first_name ON users ((coalesce(fold_text(first_name), '') COLLATE "C"), id);
                CREATE INDEX ix_users_last_name ON users ((coalesce(fold_text(last_name), '') COLLATE "C"), id);
                CREATE INDEX ix_user_groups_name ON user_groups ((coalesce(fold_text(name), '') COLLATE "C"), id);
                """);

            // A count is the sum of its slots. Writers of different sessions mostly add to different slots, so they do not wait for each
            // other. Room is left in the pages for new versions of the rows, which are then made without touching the index.
            migrationBuilder.Sql(
                """
                CREATE TABLE row_counts (
                    list text NOT NULL,
                    part text NOT NULL,
                    slot smallint NOT NULL,
                    count bigint NOT NULL,
                    CONSTRAINT pk_row_counts PRIMARY KEY (list, part, slot)
                ) WITH (fillfactor = 10);

                INSERT INTO row_counts (list, part, slot, count) SELECT 'users', role, 0, count(*) FROM users GROUP BY role;
                INSERT INTO row_counts (list, part, slot, count) SELECT 'user_groups', '', 0, count(*) FROM user_groups;

                CREATE FUNCTION writer_slot() RETURNS smallint LANGUAGE sql STABLE AS $$
                    SELECT (pg_backend_pid() % 32)::smallint
                $$;

                CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO row_counts AS counter (list, part, slot, count)
                    SELECT 'users', role, writer_slot(), TG_ARGV[0]::bigint * count(*) FROM changed GROUP BY role ORDER BY role
                    ON CONFLICT ON CONSTRAINT pk_row_counts DO UPDATE SET count = counter.count + excluded.count;
                    RETURN NULL;
                END
                $$;

                CREATE TRIGGER tr_users_count_insert AFTER INSERT ON users
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users('1');
                CREATE TRIGGER tr_users_count_delete AFTER DELETE ON users
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_users('-1');

                CREATE FUNCTION count_user_groups() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    INSERT INTO row_counts AS counter (list, part, slot, count)
                    SELECT 'user_groups', '', writer_slot(), TG_ARGV[0]::bigint * count(*) FROM changed HAVING count(*) > 0
                    ON CONFLICT ON CONSTRAINT pk_row_counts DO UPDATE SET count = counter.count + excluded.count;
                    RETURN NULL;
                END
                $$;

                CREATE TRIGGER tr_user_groups_count_insert AFTER INSERT ON user_groups
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_user_groups('1');
                CREATE TRIGGER tr_user_groups_count_delete AFTER DELETE ON user_groups
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_user_groups('-1');

                CREATE FUNCTION clear_counts() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    DELETE FROM row_counts WHERE list = TG_TABLE_NAME;
                    RETURN NULL;
                END
                $$;

                CREATE TRIGGER tr_users_count_truncate AFTER TRUNCATE ON users
                    FOR EACH STATEMENT EXECUTE FUNCTION clear_counts();
                CREATE TRIGGER tr_user_groups_count_truncate AFTER TRUNCATE ON user_groups
                    FOR EACH STATEMENT EXECUTE FUNCTION clear_counts();
                """);

            // A transition table would hold every row of every update, and most are of versions alone. So changes of roles are noted row by
            // row in a setting of the transaction, which a savepoint takes back as it does the rows, and counted once at the statement's end.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION note_role_change() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    noted jsonb := coalesce(nullif(current_setting('workspace.role_changes', true), ''), '{}');
                BEGIN
                    PERFORM set_config('workspace.role_changes', (noted || jsonb_build_object(
                        OLD.role, coalesce((noted -> OLD.role)::bigint, 0) - 1,
                        NEW.role, coalesce((noted -> NEW.role)::bigint, 0) + 1))::text, true);
                    RETURN NULL;
                END
                $$;

                CREATE FUNCTION count_role_changes() RETURNS trigger LANGUAGE plpgsql AS $$
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

                CREATE TRIGGER tr_users_count_role AFTER UPDATE ON users FOR EACH ROW
                    WHEN (OLD.role IS DISTINCT FROM NEW.role) EXECUTE FUNCTION note_role_change();
                CREATE TRIGGER tr_users_count_roles AFTER UPDATE OF role ON users
                    FOR EACH STATEMENT EXECUTE FUNCTION count_role_changes();
                """);

            // The group's row changes with its members anyway, so their number stands in it.
            migrationBuilder.Sql(
                """
                ALTER TABLE user_groups ADD COLUMN user_count integer NOT NULL DEFAULT 0;
                ALTER TABLE user_groups DISABLE TRIGGER USER;
                UPDATE user_groups AS g SET user_count = m.count
                FROM (SELECT group_id, count(*) FROM memberships GROUP BY group_id) AS m WHERE m.group_id = g.id;
                ALTER TABLE user_groups ENABLE TRIGGER USER;

                CREATE OR REPLACE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM FROM user_groups WHERE id IN (SELECT group_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
                    UPDATE user_groups AS g
                    SET version = version + 1, updated_at = touched_at(updated_at), user_count = user_count + TG_ARGV[0]::integer * c.count
                    FROM (SELECT group_id, count(*) FROM changed GROUP BY group_id) AS c WHERE g.id = c.group_id;

                    PERFORM FROM users WHERE id IN (SELECT user_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
                    UPDATE users SET version = version + 1, updated_at = touched_at(updated_at)
                    WHERE id IN (SELECT user_id FROM changed);

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

                CREATE FUNCTION clear_user_counts() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    UPDATE user_groups SET user_count = 0 WHERE user_count <> 0;
                    RETURN NULL;
                END
                $$;

                CREATE TRIGGER tr_memberships_truncate AFTER TRUNCATE ON memberships
                    FOR EACH STATEMENT EXECUTE FUNCTION clear_user_counts();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                CREATE OR REPLACE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM FROM user_groups WHERE id IN (SELECT group_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
                    UPDATE user_groups SET version = version + 1, updated_at = touched_at(updated_at)
                    WHERE id IN (SELECT group_id FROM changed);

                    PERFORM FROM users WHERE id IN (SELECT user_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
                    UPDATE users SET version = version + 1, updated_at = touched_at(updated_at)
                    WHERE id IN (SELECT user_id FROM changed);

                    RETURN NULL;
                END
                $$;

                DROP FUNCTION clear_user_counts() CASCADE;
                DROP FUNCTION count_role_changes() CASCADE;
                DROP FUNCTION note_role_change() CASCADE;
                DROP FUNCTION clear_counts() CASCADE;
                DROP FUNCTION count_user_groups() CASCADE;
                DROP FUNCTION count_users() CASCADE;
                DROP FUNCTION writer_slot();
                DROP TABLE row_counts;

                DROP INDEX ix_users_role, ix_users_email, ix_users_first_name, ix_users_last_name, ix_user_groups_name;
                ALTER TABLE user_groups DROP COLUMN user_count, DROP COLUMN search_text;
                ALTER TABLE users DROP COLUMN search_text;
                ALTER TABLE user_groups RESET (fillfactor);
                ALTER TABLE users RESET (fillfactor);
                DROP FUNCTION fold_text(text);
                DROP EXTENSION unaccent;
                DROP EXTENSION pg_trgm;
                """);
        }
    }
}
