using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The service as a program of its own. Tests end it from outside.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly KillGuard _guard;

    private ServiceProcess(Process process)
    {
        _process = process;
        _guard = KillGuard.OfProgram(process);
    }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseCookies = false }) { Timeout = TimeLimit.OfWait };

    public static async Task<ServiceProcess> StartAsync(string connectionString, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment["ConnectionStrings__Workspace"] = connectionString;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var service = new ServiceProcess(Process.Start(start)!);
        var announced = new TaskCompletionSource<string>();
        // A full pipe would block the program, so the output is read to its end.
        service._process.OutputDataReceived += (_, line) =>
        {
            if (Address().Match(line.Data ?? "") is { Success: true } match)
            {
                announced.TrySetResult(match.Value);
            }
        };
        service._process.BeginOutputReadLine();
        try
        {
            service.Client.BaseAddress = new Uri(await announced.Task.WithinLimitAsync());
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends SIGKILL, which ends the program at once.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, which asks the program to stop.</summary>
    public Task TerminateAsync() => RunningProgram.SignalAsync(_process, "TERM");

    /// <summary>Returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeLimit.OfChange);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _guard.Dispose();
        _process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
