using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class PlanForManyMemberships : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Planning costs some milliseconds in all, a hundred memberships more than that.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION plan_for(memberships bigint) RETURNS void LANGUAGE plpgsql AS $$
                BEGIN
                    IF memberships > 100 THEN
                        DISCARD PLANS;
                    END IF;
                END
                $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION plan_for(bigint);");
        }
    }
}
