using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The service as a program of its own, for tests that end it from outside.</summary>
internal sealed partial class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ServiceProcess(Process process) => _process = process;

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseCookies = false });

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
        // Read to the end, as the program would stop at a pipe that nobody empties.
        service._process.OutputDataReceived += (_, line) =>
        {
            if (Address().Match(line.Data ?? "") is { Success: true } match)
            {
                announced.TrySetResult(match.Value);
            }
        };
        service._process.BeginOutputReadLine();
        service.Client.BaseAddress = new Uri(await announced.Task.WaitAsync(Patience));
        return service;
    }

    /// <summary>SIGKILL: the program gets no chance to do anything about it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await WaitForExitAsync();
    }

    /// <summary>SIGTERM: the program is asked to stop.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>The exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
