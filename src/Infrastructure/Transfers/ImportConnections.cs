using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Opens the connections of imports. They are not pooled, so the lock and the temporary tables end with the connection.</summary>
/// <param name="connectionString">The connection string.</param>
/// <param name="hasPooler">
/// True if a pooler in transaction mode is in front of the server. The lock and the temporary tables then end with the transaction.
/// </param>
internal sealed class ImportConnections(string connectionString, bool hasPooler) : IDisposable
{
    /// <summary>The highest number of files of jobs that arrive at a time. Each has a connection until its last byte.</summary>
    public const int MaxArrivals = 4;

    /// <summary>The highest number of open connections: those of arriving files, and one of the import that runs.</summary>
    public const int MaxCount = MaxArrivals + 1;

    private readonly NpgsqlDataSource _database = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "CleanWorkspace import",
        Pooling = false,
        Multiplexing = false,
        WriteBufferSize = 64 * 1024,
        // A statement over a million rows may take minutes. The caller's token cancels it.
        CommandTimeout = 0,
        TcpKeepAlive = true,
    }.ConnectionString)
    {
        Name = "import",
    }.Build();

    /// <summary>Opens a connection for an import.</summary>
    public async Task<ImportSession> OpenSessionAsync(CancellationToken cancellationToken) =>
        new(await OpenAsync(cancellationToken), hasPooler);

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _database.OpenConnectionAsync(cancellationToken);

    public void Dispose() => _database.Dispose();
}
