using System.Diagnostics;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The program's import of new users into an empty workspace, against a bare binary COPY of the same rows into the same table.</summary>
/// <param name="Rows">How many users.</param>
/// <param name="Seconds">From the start of the program to its end, of each round.</param>
/// <param name="CopySeconds">Of the COPY and its commit, of each round.</param>
/// <param name="MostMemory">MiB, the most that the program held in any round.</param>
internal sealed record Import(int Rows, IReadOnlyList<double> Seconds, IReadOnlyList<double> CopySeconds, double MostMemory)
{
    /// <summary>What it is asked for by.</summary>
    public const string Name = "import";

    /// <summary>The size of the workspace whose users are imported, where there is one.</summary>
    public const int Size = 100_000;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    public double Rate => Rows / Comparison.Median(Seconds);

    public double CopyRate => Rows / Comparison.Median(CopySeconds);

    public double Ratio => Comparison.Median([.. CopySeconds.Zip(Seconds, (copy, import) => copy / import)]);

    /// <summary>Imports the users of a seeded database into another, which is emptied before each turn.</summary>
    public static async Task<Import> RunAsync(
        BenchmarkDatabase seeded, string empty, string program, int rounds, Progress progress, CancellationToken cancellationToken)
    {
        var settings = HostedProgram.ServiceSettings(empty);
        await ProgramRun.OfAsync("dotnet", [program, "migrate"], settings, cancellationToken);
        var users = await ReadAsync(seeded.ConnectionString, cancellationToken);
        var file = Path.Combine(Path.GetTempPath(), $"import-{Guid.NewGuid():N}.csv");
        try
        {
            await File.WriteAllLinesAsync(
                file,
                users.Select(user => $"{user.Email},{user.FirstName},{user.LastName},{user.Role}").Prepend("email,first_name,last_name,role"),
                cancellationToken);
            var (imports, copies, most) = (new List<double>(), new List<double>(), 0.0);
            for (var round = 1; round <= rounds; round++)
            {
                progress.Say($"Importing {users.Count} users, round {round}");
                await BenchmarkServer.QueryAsync(empty, "TRUNCATE users, audit_entries CASCADE", cancellationToken);
                await BenchmarkServer.QueryAsync(empty, "CHECKPOINT", cancellationToken);
                copies.Add(await CopyAsync(empty, users, cancellationToken));
                await BenchmarkServer.QueryAsync(empty, "TRUNCATE users, audit_entries CASCADE", cancellationToken);
                await BenchmarkServer.QueryAsync(empty, "CHECKPOINT", cancellationToken);
                var start = Stopwatch.GetTimestamp();
                await ProgramRun.OfAsync("dotnet", [program, "import", file], settings, cancellationToken, process => most = Math.Max(most, WatchMemory(process)));
                imports.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return new Import(users.Count, imports, copies, most);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The kernel keeps the most, but only while the process is there.
    private static double WatchMemory(Process process)
    {
        var most = 0.0;
        while (!process.WaitForExit(Glance))
        {
            try
            {
                most = ProcessorTime.MemoryOf(process.Id).Most;
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // It has ended just now.
            }
        }

        return most;
    }

    private static async Task<List<Row>> ReadAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT id, email, folded_email, first_name, last_name, role, created_at FROM users ORDER BY id", connection)
        {
            CommandTimeout = 0,
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<Row>();
        while (await row.ReadAsync(cancellationToken))
        {
            users.Add(new Row(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<DateTimeOffset>(6)));
        }

        return users;
    }

    private static async Task<double> CopyAsync(string connectionString, List<Row> users, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY users (id, email, folded_email, first_name, last_name, role, created_at, updated_at) FROM STDIN (FORMAT binary)", cancellationToken);
        copy.Timeout = TimeSpan.Zero;
        foreach (var user in users)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(user.Id, NpgsqlDbType.Uuid, cancellationToken);
            foreach (var text in (string[])[user.Email, user.FoldedEmail, user.FirstName, user.LastName, user.Role])
            {
                await copy.WriteAsync(text, NpgsqlDbType.Text, cancellationToken);
            }

            await copy.WriteAsync(user.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(user.CreatedAt, NpgsqlDbType.TimestampTz, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed record Row(Guid Id, string Email, string FoldedEmail, string FirstName, string LastName, string Role, DateTimeOffset CreatedAt);
}
