using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class TidySearchIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // To put a mebibyte of what is new into the index of a million users takes a writer most of a second. Services do it beside the writers now,
            // long before so much has come together that a writer has to.
            migrationBuilder.Sql(
                """
                ALTER INDEX ix_users_search_text SET (gin_pending_list_limit = 4096);
                ALTER INDEX ix_user_groups_search_text SET (gin_pending_list_limit = 4096);
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                ALTER INDEX ix_users_search_text SET (gin_pending_list_limit = 1024);
                ALTER INDEX ix_user_groups_search_text SET (gin_pending_list_limit = 1024);
                """);
        }
    }
}
