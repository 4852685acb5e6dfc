-- Returns a word as searches compare it: folded, and capital letters instead of @ . - _ so that an address is one word for the trigram
-- index. Otherwise "ex" would be the beginning of a word for every user of example.org. Folded text has no other capital letters. The index
-- ignores case, but LIKE does not.
CREATE OR REPLACE FUNCTION search_word(text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN replace(replace(replace(replace(public.fold_text($1), '@', 'Q'), '.', 'X'), '-', 'Z'), '_', 'J');
END
$$;

-- Returns the text that searches read: as search_word has it, with a blank before each word of a name and before the address. If a name
-- has words without a blank between them (Jean-Luc), its parts follow it. Changed results require new values of the generated columns.
CREATE OR REPLACE FUNCTION search_text(first_name text, last_name text, email text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    names text := ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, '');
BEGIN
    -- Names in Han, Hangul and Kana are written without a blank, with the family name first or last.
    IF pg_catalog.octet_length(names) > pg_catalog.length(names) AND first_name || last_name
            ~ '[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]' THEN
        names := ' ' || last_name || first_name || ' ' || first_name || last_name;
    END IF;
    IF names ~ '[!-/:-@[-`{-~·・･’‐-―]' THEN
        names := names || pg_catalog.regexp_replace(names, '[!-/:-@[-`{-~·・･’‐-―]', ' ', 'g');
    END IF;
    RETURN public.search_word(names || ' ' || coalesce(email, ''));
END
$$;
