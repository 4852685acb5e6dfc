using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class TouchOnMembershipChange : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The time of a change is the transaction's, so that all it touches agrees; but it does not go back on a
            // row when a transaction that began earlier commits later.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION touched_at(previous timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
                    SELECT CASE WHEN previous = now() THEN previous ELSE greatest(now(), previous + interval '1 microsecond') END
                $$;
                """);

            // Both sides show their memberships, so both change with them. Groups before users, each ascending: every
            // writer takes its locks in this order.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION touch_members() RETURNS trigger LANGUAGE plpgsql AS $$
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

                CREATE TRIGGER tr_memberships_insert AFTER INSERT ON memberships
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members();
                CREATE TRIGGER tr_memberships_delete AFTER DELETE ON memberships
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER tr_memberships_insert ON memberships;
                DROP TRIGGER tr_memberships_delete ON memberships;
                DROP FUNCTION touch_members();
                DROP FUNCTION touched_at(timestamptz);
                """);
        }
    }
}
