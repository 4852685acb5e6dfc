using System.Collections.Generic;
using System.Linq;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class TouchOnAnyChange : Migration
    {
        // What resources show of their own rows.
        private static readonly Dictionary<string, string[]> Shown = new()
        {
            ["users"] = ["first_name", "last_name", "email", "role"],
            ["user_groups"] = ["name", "icon", "description"],
            ["api_keys"] = ["name", "role", "expires_at", "last_used_at"],
        };

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The service moves the version with what it changes. Who changes a row by SQL need not know of it. After the change, since
            // a trigger before it would lock each row that the service touches once more.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION touch_row() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    EXECUTE format('UPDATE %I SET version = version + 1, updated_at = touched_at(updated_at) WHERE id = $1', TG_TABLE_NAME) USING NEW.id;
                    RETURN NULL;
                END
                $$;
                """);
            foreach (var (table, columns) in Shown)
            {
                string AllOf(string row) => string.Join(", ", columns.Select(column => $"{row}.{column}"));
                migrationBuilder.Sql(
                    $"""
                    CREATE TRIGGER tr_{table}_touch AFTER UPDATE ON {table} FOR EACH ROW
                        WHEN (NEW.version = OLD.version AND ({AllOf("OLD")}) IS DISTINCT FROM ({AllOf("NEW")})) EXECUTE FUNCTION touch_row();
                    """);
            }

            migrationBuilder.Sql(
                """
                CREATE TRIGGER tr_memberships_update_from AFTER UPDATE ON memberships
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members();
                CREATE TRIGGER tr_memberships_update_to AFTER UPDATE ON memberships
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION touch_members();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER tr_memberships_update_from ON memberships;
                DROP TRIGGER tr_memberships_update_to ON memberships;
                DROP FUNCTION touch_row() CASCADE;
                """);
        }
    }
}
