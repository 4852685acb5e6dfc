using System.ComponentModel;
using System.Diagnostics;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>Runs programs and waits until they end.</summary>
internal static class ProgramRun
{
    /// <summary>Returns the standard output. While the program runs, <paramref name="watch"/> sees its process.</summary>
    /// <exception cref="BenchmarkFailure">The program failed or does not exist.</exception>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IEnumerable<(string Name, string Value)> settings,
        CancellationToken cancellationToken,
        Action<Process>? watch = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            watch?.Invoke(process);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0
                ? await output
                : throw new BenchmarkFailure(
                    $"{Path.GetFileName(program)} failed with code {process.ExitCode}. Its output:\n{await output}{await error}");
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new BenchmarkFailure($"Could not start {start.FileName}: {exception.Message}");
        }
    }
}
