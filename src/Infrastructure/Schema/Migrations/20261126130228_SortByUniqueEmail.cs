using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class SortByUniqueEmail : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // One index for what there were two of: unique, and in the order of addresses. Who has none comes first, by id, in place of an address
            // that nobody can have, as addresses have no blanks. In the order of the bytes, which depends on no locale and is compared fastest.
            // While it is made nobody writes users, but all can read them.
            migrationBuilder.Sql(
                """
                CREATE UNIQUE INDEX ux_users_email ON users ((coalesce(folded_email, ' ' || id::text) COLLATE "C"));
                DROP INDEX ix_users_email, ux_users_folded_email;
                ALTER INDEX ux_users_email RENAME TO ux_users_folded_email;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                CREATE UNIQUE INDEX ux_users_email ON users (folded_email);
                CREATE INDEX ix_users_email ON users ((coalesce(folded_email, '') COLLATE "C"), id);
                DROP INDEX ux_users_folded_email;
                ALTER INDEX ux_users_email RENAME TO ux_users_folded_email;
                """);
        }
    }
}
