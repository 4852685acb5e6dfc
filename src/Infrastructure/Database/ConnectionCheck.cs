using CleanWorkspace.Infrastructure.Transfers;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Checks at the start how the connections of the service reach the server, and how many of them it allows.</summary>
/// <param name="database">The database.</param>
/// <param name="hasPooler">True if the settings name a pooler in transaction mode.</param>
public sealed class ConnectionCheck(NpgsqlDataSource database, bool hasPooler)
{
    // On a busy pooler two clients may get different connections several times in a row.
    private const int Rounds = 10;

    private const int Probes = 1;

    // Neither the limit of a role nor the limit of a database applies to a superuser.
    private const string ReadLimits = """
        SELECT current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
                - coalesce(current_setting('reserved_connections', true)::integer, 0),
            (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = session_user AND NOT rolsuper),
            (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()
                AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user))
        """;

    /// <summary>The highest number of connections that this instance opens.</summary>
    public int MaxConnections { get; } =
        new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize + Probes + ImportConnections.MaxCount;

    /// <summary>Tells whether a pooler in transaction mode is in front of the server, and the settings do not name it.</summary>
    /// <remarks>
    /// A pooler makes up the process number that a connection gets at its start (docs/decisions/0028). In transaction mode it also gives
    /// the same process of the server to several clients, or several processes to the same client.
    /// </remarks>
    public async Task<bool> HasUnknownPoolerAsync(CancellationToken cancellationToken)
    {
        if (hasPooler)
        {
            return false;
        }

        await using var first = await database.OpenConnectionAsync(cancellationToken);
        if (await ReadProcessAsync(first, 0, cancellationToken) == first.ProcessID)
        {
            return false;
        }

        await using var second = await database.OpenConnectionAsync(cancellationToken);
        var (processes, others) = (new HashSet<int>(), new HashSet<int>());
        for (var round = 1; round <= Rounds; round++)
        {
            processes.Add(await ReadProcessAsync(first, round, cancellationToken));
            others.Add(await ReadProcessAsync(second, round, cancellationToken));
        }

        return processes.Count > 1 || others.Count > 1 || processes.Overlaps(others);
    }

    /// <summary>Returns the lowest limit of connections if it is below <see cref="MaxConnections"/>, otherwise null.</summary>
    /// <remarks>Behind a pooler the limits of the server say nothing about one instance.</remarks>
    public async Task<ConnectionLimit?> FindLimitAsync(CancellationToken cancellationToken)
    {
        if (hasPooler)
        {
            return null;
        }

        await using var command = database.CreateCommand(ReadLimits);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        ConnectionLimit?[] limits =
        [
            new ConnectionLimit(row.GetInt32(0), "max_connections of PostgreSQL"),
            row.IsDBNull(1) ? null : new ConnectionLimit(row.GetInt32(1), "the CONNECTION LIMIT of the role"),
            row.IsDBNull(2) ? null : new ConnectionLimit(row.GetInt32(2), "the CONNECTION LIMIT of the database"),
        ];
        return limits.OfType<ConnectionLimit>().MinBy(limit => limit.Count) is { } lowest && lowest.Count < MaxConnections ? lowest : null;
    }

    // Npgsql prepares a text that is sent twice, and a pooler may not support that. So each text is sent once.
    private static async Task<int> ReadProcessAsync(NpgsqlConnection connection, int round, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_backend_pid() AS process_{round}", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>A limit of connections to the database.</summary>
/// <param name="Count">The number of connections that clients without special rights may open together.</param>
/// <param name="Setting">The setting of PostgreSQL, for people.</param>
public sealed record ConnectionLimit(int Count, string Setting);
