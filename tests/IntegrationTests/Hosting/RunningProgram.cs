using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A started program that a test talks to. Every wait for it has a limit, and disposing it ends it.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;

    private RunningProgram(Process process) => _process = process;

    /// <summary>Starts the service's program with these arguments, in Production unless a setting says otherwise.</summary>
    public static RunningProgram Start(string[] arguments, params (string Name, string Value)[] settings) =>
        Start("dotnet", [typeof(Program).Assembly.Location, .. arguments], settings);

    /// <summary>Starts another program, which runs the service's program.</summary>
    public static RunningProgram Start(string program, string[] arguments, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>Sends a signal to a process: INT or TERM.</summary>
    public static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync().WithinLimitAsync();
    }

    public async Task WriteAsync(string text)
    {
        await _process.StandardInput.WriteAsync(text).WithinLimitAsync();
        await _process.StandardInput.FlushAsync().WithinLimitAsync();
    }

    public void CloseInput() => _process.StandardInput.Close();

    public Task<string> ReadOutputAsync() => _process.StandardOutput.ReadToEndAsync().WithinLimitAsync();

    public Task<string> ReadErrorAsync() => _process.StandardError.ReadToEndAsync().WithinLimitAsync();

    public Task<string?> ReadErrorLineAsync() => _process.StandardError.ReadLineAsync().WithinLimitAsync();

    public Task InterruptAsync() => SignalAsync(_process, "INT");

    /// <summary>Returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WithinLimitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
