using System;
using System.Linq;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace CleanWorkspace.Infrastructure.Schema.Migrations
{
    /// <inheritdoc />
    public partial class AddAuditEntries : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    write_id = table.Column<Guid>(type: "uuid", nullable: false),
                    resource_id = table.Column<Guid>(type: "uuid", nullable: false),
                    resource = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false, defaultValueSql: "now()"),
                    actor = table.Column<string>(type: "text", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false),
                    trace_id = table.Column<string>(type: "text", nullable: true),
                    changes = table.Column<string>(type: "jsonb", nullable: false, defaultValueSql: "'{}'"),
                    added = table.Column<Guid[]>(type: "uuid[]", nullable: false, defaultValueSql: "'{}'"),
                    removed = table.Column<Guid[]>(type: "uuid[]", nullable: false, defaultValueSql: "'{}'")
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_entries", x => new { x.write_id, x.resource_id });
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_actor",
                table: "audit_entries",
                columns: new[] { "actor", "write_id", "resource_id" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_entries_resource",
                table: "audit_entries",
                columns: new[] { "resource_id", "write_id" });

            // In PL/pgSQL, which keeps its plans for the session: functions in SQL are planned anew in every transaction, which made
            // the audit twice as dear.

            // Of one transaction: however many statements a write takes, they agree on it. It is made where the first of them has
            // changed something, and so holds the locks on it: of two writes of one resource, the later one has the later id. The
            // time is in it to the microsecond.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION write_id() RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
                DECLARE
                    known text := nullif(current_setting('workspace.write_id', true), '');
                    micros bigint;
                BEGIN
                    IF known IS NULL THEN
                        micros := extract(epoch FROM clock_timestamp()) * 1000000;
                        known := lpad(to_hex(micros / 1000), 12, '0')
                            || '7' || lpad(to_hex(micros % 1000 * 4096 / 1000), 3, '0')
                            || to_hex('-9223372036854775808'::bigint | pg_current_xact_id()::text::bigint);
                        PERFORM set_config('workspace.write_id', known, true);
                    END IF;
                    RETURN known;
                END
                $$;

                CREATE FUNCTION written_at(write_id uuid) RETURNS timestamptz LANGUAGE plpgsql IMMUTABLE AS $$
                DECLARE
                    digits text := replace(write_id::text, '-', '');
                BEGIN
                    RETURN timestamptz 'epoch'
                        + ('x' || left(digits, 12))::bit(48)::bigint * interval '1 millisecond'
                        + (('x' || substr(digits, 14, 3))::bit(12)::integer * 1000 + 4095) / 4096 * interval '1 microsecond';
                END
                $$;
                """);

            // What the service says of its write. Where it is not the service that writes, nothing is set; in a session that
            // has had the setting before, that is ''.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION current_write() RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
                BEGIN
                    RETURN coalesce(
                        nullif(current_setting('workspace.write', true), '')::jsonb,
                        jsonb_build_object('actor', 'database:' || session_user, 'operation', 'sql'));
                END
                $$;
                """);

            // What several statements of a write changed is one change, from the first value to the last.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION merge_changes(earlier jsonb, later jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
                BEGIN
                    RETURN earlier || (
                        SELECT coalesce(jsonb_object_agg(key, jsonb_strip_nulls(jsonb_build_object(
                            'from', coalesce(earlier -> key, value) -> 'from', 'to', value -> 'to'))), '{}')
                        FROM jsonb_each(later));
                END
                $$;
                """);

            Audit(migrationBuilder, "users", "first_name", "last_name", "email", "role");
            Audit(migrationBuilder, "user_groups", "name", "icon", "description");
            Audit(migrationBuilder, "api_keys", "name", "role", "expires_at");

            // A membership is told of on the side that the write is about, with the ids of the other side.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION audit_memberships() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    this_id uuid := write_id();
                    this jsonb := current_write();
                    of_users boolean := coalesce(this ->> 'resource' = 'users', false);
                BEGIN
                    INSERT INTO audit_entries AS entry (write_id, created_at, resource_id, resource, actor, operation, trace_id, added, removed)
                    SELECT this_id, written_at(this_id), side.resource_id, CASE WHEN of_users THEN 'users' ELSE 'user_groups' END,
                        this ->> 'actor', this ->> 'operation', this ->> 'trace_id',
                        CASE TG_ARGV[0] WHEN 'added' THEN side.ids ELSE '{}' END,
                        CASE TG_ARGV[0] WHEN 'removed' THEN side.ids ELSE '{}' END
                    FROM (
                        SELECT CASE WHEN of_users THEN user_id ELSE group_id END AS resource_id,
                            array_agg(CASE WHEN of_users THEN group_id ELSE user_id END ORDER BY user_id, group_id) AS ids
                        FROM changed GROUP BY 1
                    ) AS side
                    ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE
                    SET added = entry.added || excluded.added, removed = entry.removed || excluded.removed;
                    RETURN NULL;
                END
                $$;

                CREATE TRIGGER tr_memberships_audit_insert AFTER INSERT ON memberships
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('added');
                CREATE TRIGGER tr_memberships_audit_delete AFTER DELETE ON memberships
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('removed');
                CREATE TRIGGER tr_memberships_audit_update_from AFTER UPDATE ON memberships
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('removed');
                CREATE TRIGGER tr_memberships_audit_update_to AFTER UPDATE ON memberships
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_memberships('added');
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                DROP TRIGGER tr_memberships_audit_insert ON memberships;
                DROP TRIGGER tr_memberships_audit_delete ON memberships;
                DROP TRIGGER tr_memberships_audit_update_from ON memberships;
                DROP TRIGGER tr_memberships_audit_update_to ON memberships;
                DROP FUNCTION audit_memberships();
                DROP FUNCTION audit_users() CASCADE;
                DROP FUNCTION audit_user_groups() CASCADE;
                DROP FUNCTION audit_api_keys() CASCADE;
                DROP FUNCTION merge_changes(jsonb, jsonb);
                DROP FUNCTION current_write();
                DROP FUNCTION written_at(uuid);
                DROP FUNCTION write_id();
                """);

            migrationBuilder.DropTable(
                name: "audit_entries");
        }

        // What is not audited is compared nowhere: an update of nothing but other columns does not get as far as the function, which
        // is why updates are told of row by row, and the others all at once.
        private static void Audit(MigrationBuilder migrationBuilder, string table, params string[] columns)
        {
            static string ValueOf(string row, string column) => column.EndsWith("_at", StringComparison.Ordinal)
                ? $"""to_char({row}.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
                : $"{row}.{column}";
            string AllOf(string row) => string.Join(", ", columns.Select(column => $"{row}.{column}"));
            string Changes(Func<string, string> condition, Func<string, string> change) => string.Join(",\n        ", columns.Select(column =>
                $"'{column}', CASE WHEN {condition(column)} THEN jsonb_build_object({change(column)}) END"));

            var updated = Changes(
                column => $"OLD.{column} IS DISTINCT FROM NEW.{column}",
                column => $"'from', {ValueOf("OLD", column)}, 'to', {ValueOf("NEW", column)}");
            var created = Changes(
                column => $"changed.{column} IS NOT NULL",
                column => $"TG_ARGV[0], {ValueOf("changed", column)}");
            string Insert(string id, string changes, string source) =>
                $"""
                INSERT INTO audit_entries AS entry (write_id, created_at, resource_id, resource, actor, operation, trace_id, changes)
                SELECT this_id, written_at(this_id), {id}, '{table}', this ->> 'actor', this ->> 'operation', this ->> 'trace_id', jsonb_strip_nulls(jsonb_build_object(
                    {changes}))
                {source}
                ON CONFLICT ON CONSTRAINT pk_audit_entries DO UPDATE SET changes = merge_changes(entry.changes, excluded.changes);
                """;

            migrationBuilder.Sql(
                $"""
                CREATE FUNCTION audit_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    this_id uuid := write_id();
                    this jsonb := current_write();
                BEGIN
                    IF TG_OP = 'UPDATE' THEN
                        {Insert("NEW.id", updated, "")}
                    ELSE
                        {Insert("changed.id", created, "FROM changed")}
                    END IF;
                    RETURN NULL;
                END
                $$;

                CREATE TRIGGER tr_{table}_audit_insert AFTER INSERT ON {table}
                    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_{table}('to');
                CREATE TRIGGER tr_{table}_audit_delete AFTER DELETE ON {table}
                    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION audit_{table}('from');
                CREATE TRIGGER tr_{table}_audit_update AFTER UPDATE ON {table} FOR EACH ROW
                    WHEN (({AllOf("OLD")}) IS DISTINCT FROM ({AllOf("NEW")})) EXECUTE FUNCTION audit_{table}();
                """);
        }
    }
}
