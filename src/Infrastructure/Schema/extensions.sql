-- The version and the parts of PostgreSQL that the service needs. They are checked here because PostgreSQL's own messages do not tell an
-- operator what to do.
DO $$
DECLARE
    missing text;
BEGIN
    SELECT string_agg(name, ', ') INTO missing FROM unnest(ARRAY['pg_trgm', 'unaccent']) AS name
    WHERE name NOT IN (SELECT e.name FROM pg_available_extensions AS e);
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL % is too old. Upgrade the server to version 15 or later.', current_setting('server_version')
            USING ERRCODE = 'feature_not_supported';
    ELSIF missing IS NOT NULL THEN
        RAISE EXCEPTION '% %',
            format('The database server lacks these extensions: %s.', missing),
            'Install PostgreSQL''s contrib package (postgresql-contrib; part of Debian''s server package), then start again.'
            USING ERRCODE = 'feature_not_supported';
    ELSIF EXISTS (SELECT FROM pg_extension WHERE extname IN ('pg_trgm', 'unaccent') AND extnamespace <> 'public'::regnamespace) THEN
        RAISE EXCEPTION '% %',
            'The extensions pg_trgm and unaccent are not in the schema public.',
            'Move them by ALTER EXTENSION ... SET SCHEMA public, then start again.'
            USING ERRCODE = 'feature_not_supported';
    ELSIF NOT EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN
        RAISE EXCEPTION 'The database server is built without ICU. Use a PostgreSQL with ICU, as all usual packages have it.'
            USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
