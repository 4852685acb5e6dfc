using Npgsql;

namespace CleanWorkspace.OperationsTests;

/// <summary>PgBouncer in front of the server of the run.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly ExternalProgram _program;

    private PgBouncer(ExternalProgram program, string connectionString)
    {
        _program = program;
        ConnectionString = new NpgsqlConnectionStringBuilder(connectionString) { Host = "127.0.0.1", Port = program.Port }.ConnectionString;
    }

    /// <summary>Leads through PgBouncer to the database.</summary>
    public string ConnectionString { get; }

    /// <param name="connectionString">The connection string of the database.</param>
    /// <param name="settings">Settings of PgBouncer, one a line. By default it has five connections in transaction mode.</param>
    public static async Task<PgBouncer> StartAsync(string connectionString, string settings = "")
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        return new PgBouncer(
            await ExternalProgram.StartAsync(
                "pgbouncer",
                (folder, port) =>
                {
                    var file = Path.Combine(folder, "pgbouncer.ini");
                    // Of a repeated setting, the last one counts.
                    File.WriteAllText(
                        file,
                        $"""
                        [databases]
                        * = host={server.Host} port={server.Port} user={server.Username} password={Quote(server.Password ?? "")}

                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        listen_port = {port}
                        unix_socket_dir =
                        auth_type = any
                        log_connections = 0
                        log_disconnections = 0
                        {(Environment.IsPrivilegedProcess ? "user = nobody" : "")}
                        pool_mode = transaction
                        default_pool_size = 5
                        {settings}

                        """);
                    return [file];
                }),
            connectionString);
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
