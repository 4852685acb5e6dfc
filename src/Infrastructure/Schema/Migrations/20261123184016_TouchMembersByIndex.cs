using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class TouchMembersByIndex : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A session keeps the plans of the function's first call. Were that of thousands of members, they would read all groups
            // for the sake of one membership ever after.
            migrationBuilder.Sql(
                """
                ALTER FUNCTION touch_members() SET enable_hashjoin = off;
                ALTER FUNCTION touch_members() SET enable_mergejoin = off;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER FUNCTION touch_members() RESET ALL;");
        }
    }
}
