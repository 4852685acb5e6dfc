using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class SortByUniqueEmail : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // One index for what there were two of: unique, and in the order of addresses. Who has none comes first, by id, in place of an address
            // that nobody can have, as addresses have no blanks. In the order of the bytes, which depends on no locale and is compared fastest.
            migrationBuilder.Sql(
                """
                DROP INDEX ix_users_email;
                DROP INDEX ux_users_folded_email;
                CREATE UNIQUE INDEX ux_users_folded_email ON users ((coalesce(folded_email, ' ' || id::text) COLLATE "C"));
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP INDEX ux_users_folded_email;
                CREATE UNIQUE INDEX ux_users_folded_email ON users (folded_email);
                CREATE INDEX ix_users_email ON users ((coalesce(folded_email, '') COLLATE "C"), id);
                """);
        }
    }
}
