using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class AddIdempotencyRecords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "idempotency_records",
                columns: table => new
                {
                    actor = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    answer = table.Column<string>(type: "jsonb", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_idempotency_records", x => new { x.actor, x.key });
                });

            migrationBuilder.CreateIndex(
                name: "ix_idempotency_records_created_at",
                table: "idempotency_records",
                column: "created_at");

            // Of writes under one key that run at the same time only one goes on, and the others do not wait for it: the lock
            // ends with its transaction. What that committed is seen here, because each statement of the function looks anew.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION require_unused_key(actor text, key text, fingerprint bytea, expired_until timestamptz) RETURNS void
                LANGUAGE plpgsql AS $$
                DECLARE
                    used_for bytea;
                BEGIN
                    IF NOT pg_try_advisory_xact_lock(hashtextextended(key, hashtextextended(actor, 0))) THEN
                        RAISE EXCEPTION 'A write under this key is still running.' USING ERRCODE = 'WS409';
                    END IF;

                    SELECT r.fingerprint INTO used_for FROM idempotency_records AS r
                    WHERE r.actor = require_unused_key.actor AND r.key = require_unused_key.key AND r.created_at > expired_until;
                    IF used_for = fingerprint THEN
                        RAISE EXCEPTION 'This was written under this key already.' USING ERRCODE = 'WS208';
                    ELSIF used_for IS NOT NULL THEN
                        RAISE EXCEPTION 'Something else was written under this key.' USING ERRCODE = 'WS422';
                    END IF;
                END
                $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP FUNCTION require_unused_key(text, text, bytea, timestamptz);");

            migrationBuilder.DropTable(
                name: "idempotency_records");
        }
    }
}
