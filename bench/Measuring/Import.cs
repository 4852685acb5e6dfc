using System.Diagnostics;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>
/// The command <c>import</c> with new users and an empty workspace, compared with a binary COPY of the same rows into the same table.
/// </summary>
/// <param name="Rows">The number of users.</param>
/// <param name="Seconds">The time from the start of the program to its end, one value for each round.</param>
/// <param name="CopySeconds">The time of the COPY with its commit, one value for each round.</param>
/// <param name="PeakMemory">MiB, the maximum in any round.</param>
internal sealed record Import(int Rows, IReadOnlyList<double> Seconds, IReadOnlyList<double> CopySeconds, double PeakMemory)
{
    /// <summary>The name on the command line.</summary>
    public const string Name = "import";

    /// <summary>The users of the database of this size are imported. If there is none, those of the largest database are.</summary>
    public const int Size = 100_000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    public double Rate => Rows / Comparison.Median(Seconds);

    public double CopyRate => Rows / Comparison.Median(CopySeconds);

    public double Ratio => Comparison.Median([.. CopySeconds.Zip(Seconds, (copy, import) => copy / import)]);

    /// <summary>Imports the users of a seeded database into another one. That one is emptied before each import.</summary>
    public static async Task<Import> RunAsync(
        BenchmarkDatabase seeded, string empty, string program, int rounds, Progress progress, CancellationToken cancellationToken)
    {
        var settings = HostedProgram.ServiceSettings(empty);
        await ProgramRun.RunAsync("dotnet", [program, "migrate"], settings, cancellationToken);
        var users = await ReadAsync(seeded.ConnectionString, cancellationToken);
        var file = Path.Combine(Path.GetTempPath(), $"import-{Guid.NewGuid():N}.csv");
        try
        {
            await File.WriteAllLinesAsync(
                file,
                users.Select(user => $"{user.Email},{user.FirstName},{user.LastName},{user.Role}")
                    .Prepend("email,first_name,last_name,role"),
                cancellationToken);
            var (imports, copies, peak) = (new List<double>(), new List<double>(), 0.0);
            for (var round = 1; round <= rounds; round++)
            {
                progress.Write($"Importing {users.Count} users, round {round}");
                await ClearAsync(empty, cancellationToken);
                copies.Add(await CopyAsync(empty, users, cancellationToken));
                await ClearAsync(empty, cancellationToken);
                var start = Stopwatch.GetTimestamp();
                await ProgramRun.RunAsync(
                    "dotnet",
                    [program, "import", file],
                    settings,
                    cancellationToken,
                    process => peak = Math.Max(peak, ReadPeakMemory(process)));
                imports.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            return new Import(users.Count, imports, copies, peak);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task ClearAsync(string connectionString, CancellationToken cancellationToken)
    {
        await BenchmarkServer.QueryAsync(connectionString, "TRUNCATE users, audit_entries CASCADE", cancellationToken);
        await BenchmarkServer.QueryAsync(connectionString, "CHECKPOINT", cancellationToken);
    }

    // The kernel forgets the peak when the process ends, so this method reads it until then.
    private static double ReadPeakMemory(Process process)
    {
        var peak = 0.0;
        while (!process.WaitForExit(PollInterval))
        {
            try
            {
                peak = ProcessUsage.MemoryOf(process.Id).Peak;
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                // The process has just ended.
            }
        }

        return peak;
    }

    private static async Task<List<ImportedUser>> ReadAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT id, email, folded_email, first_name, last_name, role, created_at FROM users ORDER BY id", connection)
        {
            CommandTimeout = 0,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<ImportedUser>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(new ImportedUser(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return users;
    }

    private static async Task<double> CopyAsync(string connectionString, List<ImportedUser> users, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY users (id, email, folded_email, first_name, last_name, role, created_at, updated_at) FROM STDIN (FORMAT binary)",
            cancellationToken);
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

    private sealed record ImportedUser(
        Guid Id, string Email, string FoldedEmail, string FirstName, string LastName, string Role, DateTimeOffset CreatedAt);
}
