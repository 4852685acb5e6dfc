using Npgsql;

namespace CleanWorkspace.Infrastructure.Transfers;

/// <summary>
/// Opens the connections of imports. They are no one else's before or after: what an import leaves in its session, a lock and
/// temporary tables, goes with it.
/// </summary>
internal sealed class ImportSource(string connectionString) : IDisposable
{
    private readonly NpgsqlDataSource _server = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "CleanWorkspace import",
        Pooling = false,
        Multiplexing = false,
        WriteBufferSize = 64 * 1024,
        // Of a million rows a statement may take minutes. Who gives up cancels it.
        CommandTimeout = 0,
        TcpKeepAlive = true,
    });

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _server.OpenConnectionAsync(cancellationToken);

    public void Dispose() => _server.Dispose();
}
