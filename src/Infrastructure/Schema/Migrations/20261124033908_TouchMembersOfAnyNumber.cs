using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class TouchMembersOfAnyNumber : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A session keeps the plans of the function's first calls until a table is analyzed. They have to do for one membership in
            // a directory of a million users, and for a hundred thousand at once in a directory that had three a minute ago: each row
            // is found in an index by a list of ids, and numbers are added by a hash or in order.
            migrationBuilder.Sql(
                """
                CREATE OR REPLACE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql
                SET enable_seqscan = off SET enable_nestloop = off AS $$
                BEGIN
                    IF current_setting('workspace.touching', true) = 'deferred' THEN
                        RETURN NULL;
                    END IF;

                    PERFORM FROM user_groups WHERE id = ANY (ARRAY(SELECT group_id FROM changed)) ORDER BY id FOR NO KEY UPDATE;
                    UPDATE user_groups AS g
                    SET version = version + 1, updated_at = touched_at(updated_at), user_count = user_count + TG_ARGV[0]::integer * c.count
                    FROM (SELECT group_id, count(*) FROM changed GROUP BY group_id) AS c
                    WHERE g.id = c.group_id AND g.id = ANY (ARRAY(SELECT group_id FROM changed));

                    PERFORM FROM users WHERE id = ANY (ARRAY(SELECT user_id FROM changed)) ORDER BY id FOR NO KEY UPDATE;
                    UPDATE users SET version = version + 1, updated_at = touched_at(updated_at)
                    WHERE id = ANY (ARRAY(SELECT user_id FROM changed));

                    RETURN NULL;
                END
                $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                CREATE OR REPLACE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql
                SET enable_hashjoin = off SET enable_mergejoin = off AS $$
                BEGIN
                    IF current_setting('workspace.touching', true) = 'deferred' THEN
                        RETURN NULL;
                    END IF;

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
                """);
        }
    }
}
