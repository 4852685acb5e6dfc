-- Returns the text that searches and sort keys compare: without accents, in lower case, with characters of one width (ﾀﾛｳ as タロウ).
-- Indexes store its results, so it depends on neither the settings of the connection nor the locale of the database. A change of its
-- results requires REINDEX.
CREATE OR REPLACE FUNCTION fold_text(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    plain text;
BEGIN
    -- Most text is ASCII, or is without its accents. Lowering ASCII without ICU takes less time.
    IF pg_catalog.octet_length($1) = pg_catalog.length($1) THEN
        RETURN pg_catalog.lower($1 COLLATE pg_catalog."C");
    END IF;
    plain := public.unaccent('public.unaccent', $1);
    IF pg_catalog.octet_length(plain) = pg_catalog.length(plain) THEN
        RETURN pg_catalog.lower(plain COLLATE pg_catalog."C");
    END IF;
    -- The final sigma of a Greek word must be found in the middle of a longer word.
    RETURN pg_catalog.translate(pg_catalog.lower(pg_catalog.normalize(plain, 'NFKC') COLLATE pg_catalog."und-x-icu"), 'ς', 'σ');
END
$$;
