using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class ImportWrites : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // An import stays in its transaction for long: in a slot of its own nobody waits for it.
            migrationBuilder.Sql(
                """
                CREATE OR REPLACE FUNCTION writer_slot() RETURNS smallint LANGUAGE sql STABLE AS $$
                    SELECT coalesce(nullif(current_setting('workspace.slot', true), '')::smallint, (pg_backend_pid() % 32)::smallint)
                $$;
                """);

            // An import moves versions and numbers of members itself, once and at its end, since the rows of groups that it has written
            // would keep all others from them until then.
            migrationBuilder.Sql(TouchMembers("""
                    IF current_setting('workspace.touching', true) = 'deferred' THEN
                        RETURN NULL;
                    END IF;

                """));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(TouchMembers(""));
            migrationBuilder.Sql(
                """
                CREATE OR REPLACE FUNCTION writer_slot() RETURNS smallint LANGUAGE sql STABLE AS $$
                    SELECT (pg_backend_pid() % 32)::smallint
                $$;
                """);
        }

        // A session keeps the plans of the function's first call. Were that of thousands of members, they would read all groups
        // for the sake of one membership ever after.
        private static string TouchMembers(string exception) =>
            $"""
            CREATE OR REPLACE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql
            SET enable_hashjoin = off SET enable_mergejoin = off AS $$
            BEGIN
                {exception.TrimStart()}PERFORM FROM user_groups WHERE id IN (SELECT group_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
                UPDATE user_groups AS g
                SET version = version + 1, updated_at = touched_at(updated_at), user_count = user_count + TG_ARGV[0]::integer * c.count
                FROM (SELECT group_id, count(*) FROM changed GROUP BY group_id) AS c WHERE g.id = c.group_id;

                PERFORM FROM users WHERE id IN (SELECT user_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
                UPDATE users SET version = version + 1, updated_at = touched_at(updated_at)
                WHERE id IN (SELECT user_id FROM changed);

                RETURN NULL;
            END
            $$;
            """;
    }
}
