using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class MoreWriterSlots : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // A pool has up to 40 connections: with 32 slots some wait for each other's commit. The slot 32 is an import's, also of an instance
            // that still runs an earlier version.
            migrationBuilder.Sql(WriterSlot("33 + pg_backend_pid() % 64"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(WriterSlot("pg_backend_pid() % 32"));
        }

        private static string WriterSlot(string own) =>
            $"""
            CREATE OR REPLACE FUNCTION writer_slot() RETURNS smallint LANGUAGE sql STABLE AS $$
                SELECT coalesce(nullif(current_setting('workspace.slot', true), '')::smallint, ({own})::smallint)
            $$;
            """;
    }
}
