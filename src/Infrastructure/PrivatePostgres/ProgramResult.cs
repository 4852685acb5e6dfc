using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The result of a program that ran to its end.</summary>
/// <param name="Succeeded">True if the program ended with exit code 0.</param>
/// <param name="Output">The text of its standard output and standard error.</param>
internal sealed record ProgramResult(bool Succeeded, string Output)
{
    /// <summary>Runs a program. If it cannot be started or takes too long, the result is a failure.</summary>
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
            // On Windows the program gets its own console, so Ctrl-C does not reach the server.
            CreateNoWindow = true,
            WorkingDirectory = folder ?? string.Empty,
        };
        if (account is not null)
        {
            start.UserName = account;
        }

        // The user's PostgreSQL settings and language must not change where the programs connect or what they print.
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
            // The children go on. Killing the server under pg_ctl would be a crash.
            process.Kill();
            cancellationToken.ThrowIfCancellationRequested();
            return new ProgramResult(false, $"{Path.GetFileName(program)} did not finish within {timeoutSeconds} seconds.");
        }

        // The pipes may never end, because the server that pg_ctl starts can hold them open.
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
