using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class RequireVersion : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A condition on a version is checked under the row's lock, in the transaction of the write that it guards.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION require_version(version bigint, expected bigint[]) RETURNS boolean LANGUAGE plpgsql AS $$
                BEGIN
                    IF version = ANY (expected) THEN
                        RETURN true;
                    END IF;
                    RAISE EXCEPTION 'The row has another version.' USING ERRCODE = 'WS412';
                END
                $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION require_version(bigint, bigint[]);");
        }
    }
}
