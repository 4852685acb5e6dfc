using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>Opens the connections of imports. They are not pooled, so the lock and the temporary tables end with the connection.</summary>
internal sealed class ImportConnections(string connectionString) : IDisposable
{
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

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _database.OpenConnectionAsync(cancellationToken);

    public void Dispose() => _database.Dispose();
}
