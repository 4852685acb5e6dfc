using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The program run to its end, as an operator runs it: with arguments, settings, output and an exit code.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<ProgramRun> OfAsync(string[] arguments, params (string Name, string Value)[] settings) =>
        OfAsync("dotnet", [typeof(Program).Assembly.Location, .. arguments], settings);

    /// <summary>By another program, which becomes it.</summary>
    public static async Task<ProgramRun> OfAsync(string program, string[] arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = await process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new ProgramRun(process.ExitCode, await output, error);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
