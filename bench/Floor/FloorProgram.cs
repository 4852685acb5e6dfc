using System.Globalization;
using System.Net;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>
/// What the service is held against: the same operations with the same answers on the same database, by hand. A minimal API,
/// one statement a request, JSON by generated code; with the key check and the audit row of the service, and nothing that makes
/// it a pleasure to extend.
/// </summary>
internal static class FloorProgram
{
    /// <summary>The environment variable with the connection string, which holds a password.</summary>
    public const string Database = "FLOOR_DATABASE";

    /// <summary>The environment variable with the port.</summary>
    public const string Port = "FLOOR_PORT";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, int.Parse(Environment.GetEnvironmentVariable(Port)!, CultureInfo.InvariantCulture));
        });

        // As the service's own.
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Environment.GetEnvironmentVariable(Database))
        {
            MaxPoolSize = 40,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
        });
        await using var app = builder.Build();
        var keys = new FloorKeys(database);
        app.Use(keys.CheckAsync);
        new FloorUsers(database).Map(app);
        new FloorGroups(database).Map(app);
        await app.RunAsync();
        return 0;
    }
}
