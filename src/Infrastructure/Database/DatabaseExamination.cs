using System.Globalization;
using CleanWorkspace.Infrastructure.AuditEntries;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Checks what the service needs of its database: version, locale, extensions, rights, connections, clock and schema.</summary>
/// <param name="database">The database.</param>
/// <param name="connections">Knows the limits of connections.</param>
/// <param name="migrator">Knows the schema.</param>
/// <param name="retention">How long the audit is kept.</param>
/// <param name="clock">The clock of this machine.</param>
public sealed class DatabaseExamination(
    NpgsqlDataSource database, ConnectionCheck connections, DatabaseMigrator migrator, AuditRetention retention, TimeProvider clock)
{
    /// <summary>The oldest major version of PostgreSQL that the service works with.</summary>
    public const int MinVersion = 15;

    // Keys and tokens that expire, and the age of entries, compare times of both machines.
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromSeconds(5);

    // Old entries are removed every hour.
    private static readonly TimeSpan MaxDelayOfRemoval = TimeSpan.FromDays(1);

    private const string ReadServer = """
        SELECT current_setting('server_version_num')::integer / 10000, current_setting('server_version'), clock_timestamp(),
            pg_is_in_recovery(), pg_encoding_to_char(encoding), datctype,
            (SELECT string_agg(format('CREATE EXTENSION %I SCHEMA public;', name), ' ')
                FROM unnest(ARRAY['pg_trgm', 'unaccent']) AS name WHERE name NOT IN (SELECT extname FROM pg_extension)),
            concat_ws(' ',
                CASE WHEN NOT has_database_privilege(current_database(), 'TEMPORARY')
                    THEN format('GRANT TEMPORARY ON DATABASE %I TO %I;', current_database(), current_user) END,
                (SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO %I;', string_agg(oid::regclass::text, ', '), current_user)
                    FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
                        AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
                            AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))
                    HAVING count(*) > 0),
                (SELECT format('GRANT USAGE, SELECT, UPDATE ON SEQUENCE %s TO %I;', string_agg(oid::regclass::text, ', '), current_user)
                    FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
                        AND NOT (has_sequence_privilege(oid, 'USAGE') AND has_sequence_privilege(oid, 'SELECT')
                            AND has_sequence_privilege(oid, 'UPDATE'))
                    HAVING count(*) > 0)),
            concat_ws(' ',
                CASE WHEN NOT has_database_privilege(current_database(), 'CREATE')
                    THEN format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) END,
                CASE WHEN NOT has_schema_privilege('public', 'USAGE') OR NOT has_schema_privilege('public', 'CREATE')
                    THEN format('GRANT USAGE, CREATE ON SCHEMA public TO %I;', current_user) END,
                (SELECT string_agg(format('GRANT %I TO %I;', pg_get_userbyid(owner), current_user), ' ')
                    FROM (SELECT DISTINCT relowner AS owner FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
                        AS owners
                    WHERE NOT pg_has_role(owner, 'USAGE'))),
            CASE WHEN NOT pg_has_role('pg_read_all_stats', 'USAGE') THEN format('GRANT pg_read_all_stats TO %I;', current_user) END
        FROM pg_database WHERE datname = current_database()
        """;

    private const string ReadOldestEntry = "SELECT created_at FROM audit_entries ORDER BY write_id LIMIT 1";

    /// <summary>Runs all checks.</summary>
    /// <exception cref="NpgsqlException">The database cannot be used.</exception>
    /// <exception cref="SchemaException">The database belongs to a version before the first release.</exception>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        var (findings, rightsToMigrate) = await ExamineServerAsync(cancellationToken);
        var limit = await connections.FindLimitAsync(cancellationToken);
        findings.Add(Check(
            "connections",
            limit is null,
            FindingLevel.Warning,
            $"This instance opens at most {connections.MaxConnections}",
            $"This instance can open {connections.MaxConnections} connections to the database, but {limit?.Setting} allows {limit?.Count}. "
            + "Lower Maximum Pool Size in ConnectionStrings__Workspace, or raise the limit"));
        IReadOnlyList<string> pending;
        try
        {
            pending = await migrator.FindPendingAsync(cancellationToken);
        }
        catch (PostgresException refusal) when (refusal.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // The finding about rights has what this user lacks.
            return findings;
        }

        if (pending.Count > 0)
        {
            findings.Add(new Finding(
                rightsToMigrate.Length > 0 ? FindingLevel.Wrong : FindingLevel.Warning,
                "schema",
                $"The schema is older than the program; missing migrations: {pending.Count}. "
                + (rightsToMigrate.Length > 0 ? $"Let an administrator run: {rightsToMigrate} Then start " : "Start ")
                + "the service with Database__MigrateOnStart=true, or run this program with the argument migrate"));
            return findings;
        }

        findings.Add(new Finding(FindingLevel.Good, "schema", "Up to date"));
        findings.Add(await ExamineRetentionAsync(cancellationToken));
        return findings;
    }

    private async Task<(List<Finding> Findings, string RightsToMigrate)> ExamineServerAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadServer);
        var asked = clock.GetUtcNow();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var time = row.GetFieldValue<DateTimeOffset>(2);
        var (version, encoding, locale, rights) = (row.GetString(1), row.GetString(4), row.GetString(5), row.GetString(7));
        var extensions = row.IsDBNull(6) ? "" : row.GetString(6);
        return (
        [
            Check(
                "version",
                row.GetInt32(0) >= MinVersion,
                FindingLevel.Wrong,
                $"PostgreSQL {version}",
                $"PostgreSQL {version} is too old. Upgrade it to version {MinVersion} or later"),
            Check(
                "standby",
                !row.GetBoolean(3),
                FindingLevel.Warning,
                "The server is a primary",
                "The server is a standby: writes are answered 503. Name the primary in ConnectionStrings__Workspace, or several hosts with "
                + "Target Session Attributes=primary"),
            Check(
                "encoding",
                encoding == "UTF8",
                FindingLevel.Wrong,
                encoding,
                $"The encoding of the database is {encoding}. Create a database with the encoding UTF8"),
            Check(
                "locale",
                locale is not ("C" or "POSIX"),
                FindingLevel.Warning,
                locale,
                $"With the locale {locale}, search is slow for letters outside ASCII. Create a database with a locale such as C.UTF-8"),
            Check(
                "extensions",
                extensions.Length == 0,
                FindingLevel.Wrong,
                "pg_trgm and unaccent are installed",
                $"An extension is missing. The service installs it if it may. Otherwise let an administrator run: {extensions}"),
            Check(
                "rights",
                rights.Length == 0,
                FindingLevel.Wrong,
                "The user of the database may do everything that requests need",
                $"The user of the database lacks rights. Let an administrator run: {rights}"),
            // Only a metric needs this right, so it is no warning.
            new Finding(
                FindingLevel.Good,
                "statistics",
                row.IsDBNull(9)
                    ? "The user of the database sees the transactions of all users"
                    : "The metric of the oldest transaction does not see other users of PostgreSQL. If it should, let an administrator "
                    + $"run: {row.GetString(9)}"),
            ExamineClock(time - asked, clock.GetUtcNow() - asked),
        ], row.GetString(8));
    }

    private static Finding ExamineClock(TimeSpan difference, TimeSpan wait)
    {
        // The server read its clock at some time between the question and the answer.
        var off = difference < TimeSpan.Zero ? -difference : difference > wait ? difference - wait : TimeSpan.Zero;
        return Check(
            "clock",
            off <= MaxClockDifference,
            FindingLevel.Warning,
            "This machine and the server have the same time",
            string.Create(
                CultureInfo.InvariantCulture,
                $"The clocks of this machine and of the server differ by {off.TotalSeconds:0} s. Keys and tokens would expire at wrong "
                + $"times. Set both clocks by NTP"));
    }

    private async Task<Finding> ExamineRetentionAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadOldestEntry);
        var oldest = await command.ExecuteScalarAsync(cancellationToken) as DateTime?;
        var days = (int)retention.Time.TotalDays;
        return Check(
            "retention",
            oldest is null || clock.GetUtcNow() - oldest < retention.Time + MaxDelayOfRemoval,
            FindingLevel.Warning,
            $"The audit is kept for {days} days",
            $"The audit has entries that are older than {days} days (Audit__RetentionDays). A running service removes them within hours. "
            + "Its log says why it cannot");
    }

    private static Finding Check(string subject, bool isGood, FindingLevel otherwise, string good, string bad) =>
        new(isGood ? FindingLevel.Good : otherwise, subject, isGood ? good : bad);
}
