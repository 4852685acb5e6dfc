using System.Globalization;
using System.Net;
using Npgsql;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>
/// The program that the service is compared with. It has the same operations with the same answers on the same database: a minimal API,
/// hand-written SQL with one statement per request, and generated JSON code. It checks API keys, and its writes are audited.
/// </summary>
internal static class FloorProgram
{
    /// <summary>The environment variable with the connection string. It is not an argument, because it contains a password.</summary>
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

        // The same settings as in the service.
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
