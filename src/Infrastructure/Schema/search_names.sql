-- Returns the text that searches read instead of one or two names: folded, with a blank before each word, so that the beginnings of words
-- can be found. If a name has several words without a blank between them (Jean-Luc), its parts follow the name.
-- A change of its results requires a new value of each generated column that calls it.
CREATE OR REPLACE FUNCTION search_names(first_name text, last_name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    names text := ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '');
BEGIN
    -- Names in Han, Hangul and Kana are written without a blank, with the family name first or last.
    IF pg_catalog.octet_length(names) > pg_catalog.length(names) AND first_name || last_name
            ~ '[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]' THEN
        names := ' ' || last_name || first_name || ' ' || first_name || last_name;
    END IF;
    names := public.fold_text(names);
    RETURN CASE WHEN names ~ '[!-/:-@[-`{-~・]'
        THEN names || pg_catalog.regexp_replace(names, '[!-/:-@[-`{-~・]', ' ', 'g')
        ELSE names END;
END
$$;
