using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>What a program printed, and whether it ran to a successful end.</summary>
internal sealed record ProgramResult(bool Succeeded, string Output)
{
    /// <summary>Runs a program to its end. One that cannot be started or takes too long is a failed result.</summary>
    public static async Task<ProgramResult> OfAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellationToken,
        string? account = null,
        string? folder = null,
        int timeoutSeconds = 30)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // On Windows this is a console of its own, which keeps Ctrl-C away from the server.
            CreateNoWindow = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        if (account is not null)
        {
            start.UserName = account;
        }

        // The user's own client settings must not redirect the programs, nor their language change the messages.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";

        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            return new ProgramResult(false, exception.Message);
        }

        process.StandardInput.Close();
        var output = new StringBuilder();
        var reading = Task.WhenAll(CollectAsync(process.StandardOutput, output), CollectAsync(process.StandardError, output));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(timeoutSeconds));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Not its children: killing the server under pg_ctl would be a crash instead of a stop.
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            return new ProgramResult(false, $"{Path.GetFileName(program)} did not finish within {timeoutSeconds} seconds.");
        }

        // Not until the end of the pipes: a server left behind by pg_ctl can hold them open.
        await Task.WhenAny(reading, Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None));
        lock (output)
        {
            return new ProgramResult(process.ExitCode == 0, output.ToString().Trim());
        }
    }

    private static async Task CollectAsync(StreamReader reader, StringBuilder output)
    {
        var buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            lock (output)
            {
                output.Append(buffer, 0, read);
            }
        }
    }
}

/// <summary>The unprivileged account that runs the server for root, as PostgreSQL refuses to run as root.</summary>
internal static class ServerAccount
{
    public static bool IsNeeded { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Makes the folder usable for the account; null where the current user runs the server.</summary>
    public static async Task<string?> PrepareAsync(string folder, PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        if (!IsNeeded)
        {
            return null;
        }

        var account = (await ProgramResult.OfAsync("id", ["-u", "postgres"], cancellationToken)).Succeeded ? "postgres" : "nobody";

        // The data of an existing cluster stays with its owner, who may be a person.
        if (PostgresCluster.ReadVersion(folder) is null)
        {
            var handOver = await ProgramResult.OfAsync("chown", [$"{account}:", folder], cancellationToken);
            if (!handOver.Succeeded)
            {
                throw new EmbeddedPostgresException(
                    $"PostgreSQL refuses to run as root, and the data folder {folder} could not be handed to the account "
                    + $"{account}: {handOver.Output}. Start the service as an ordinary user. {PostgresCluster.OtherFolder}");
            }
        }

        var probe = await ProgramResult.OfAsync(binaries.Program("postgres"), ["--version"], cancellationToken, account, folder);
        if (!probe.Succeeded)
        {
            throw new EmbeddedPostgresException(
                $"PostgreSQL refuses to run as root, and the account {account}, which runs it instead, cannot use the data folder "
                + $"{folder} with the programs in {binaries.Folder}: {probe.Output}. Every folder above both needs the permission x "
                + $"for others (chmod o+x), and an existing data folder must belong to {account}. {PostgresCluster.OtherFolder}");
        }

        return account;
    }
}
