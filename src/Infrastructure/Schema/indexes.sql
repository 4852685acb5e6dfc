-- Indexes on expressions. EF Core creates the other indexes.

-- Uniqueness and order of addresses by one index. A user without an address sorts first: its key begins with a blank, which no address
-- contains, and ends with its id.
CREATE UNIQUE INDEX IF NOT EXISTS ux_users_folded_email ON users ((coalesce(folded_email, ' ' || id::text) COLLATE "C"));

CREATE INDEX IF NOT EXISTS ix_users_first_name ON users ((coalesce(fold_text(first_name), '') COLLATE "C"), id);
CREATE INDEX IF NOT EXISTS ix_users_last_name ON users ((coalesce(fold_text(last_name), '') COLLATE "C"), id);
CREATE INDEX IF NOT EXISTS ix_user_groups_name ON user_groups ((coalesce(fold_text(name), '') COLLATE "C"), id);
