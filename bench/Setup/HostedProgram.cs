using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace CleanWorkspace.Benchmarks.Setup;

/// <summary>The service or the floor, running as a process on a port of this machine.</summary>
internal sealed class HostedProgram : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(2);

    private readonly Process _process;
    private int _disposed;

    private HostedProgram(string name, Process process, Uri address, string token)
    {
        Name = name;
        _process = process;
        Token = token;
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        Client = new HttpClient(handler) { BaseAddress = address };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public string Name { get; }

    /// <summary>The API key's token.</summary>
    public string Token { get; }

    public HttpClient Client { get; }

    public int ProcessId => _process.Id;

    /// <summary>The time from the start of the process to the first answer to a request with a key.</summary>
    public TimeSpan StartUp { get; private set; }

    /// <summary>Starts the service as in production.</summary>
    public static Task<HostedProgram> StartServiceAsync(
        string program,
        string connectionString,
        string token,
        Guid user,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] settings) =>
        StartAsync(
            "service",
            [program],
            port => [.. ServiceSettings(connectionString), ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"), .. settings],
            token,
            user,
            cancellationToken);

    /// <summary>Starts the floor, which is a command of this program.</summary>
    public static Task<HostedProgram> StartFloorAsync(
        string connectionString, string token, Guid user, CancellationToken cancellationToken) =>
        StartAsync(
            "floor",
            [typeof(HostedProgram).Assembly.Location, "floor"],
            port => [(Floor.FloorProgram.Database, connectionString), (Floor.FloorProgram.Port, $"{port}")],
            token,
            user,
            cancellationToken);

    public static (string Name, string Value)[] ServiceSettings(string connectionString) =>
    [
        ("ConnectionStrings__Workspace", connectionString),
        ("ASPNETCORE_ENVIRONMENT", "Production"),
        ("RateLimits__RequestsPerSecond", "0"),
        ("Serilog__MinimumLevel__Default", "Warning"),
    ];

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Returns a port of this machine that nothing uses.</summary>
    public static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<HostedProgram> StartAsync(
        string name,
        string[] arguments,
        Func<int, (string Name, string Value)[]> settings,
        string token,
        Guid user,
        CancellationToken cancellationToken)
    {
        var port = FindFreePort();
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (setting, value) in settings(port))
        {
            start.Environment[setting] = value;
        }

        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        var output = new List<string>();
        void Collect(object sender, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.Add(line.Data ?? "");
            }
        }

        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var program = new HostedProgram(name, process, address, token);
        while (!await program.AnswersAsync($"/user/{user}", cancellationToken))
        {
            if (process.HasExited || watch.Elapsed > StartTimeout)
            {
                await program.DisposeAsync();
                throw new BenchmarkFailure($"The {name} did not start. Its output:\n{string.Join('\n', output)}");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        program.StartUp = watch.Elapsed;
        return program;
    }

    private async Task<bool> AnswersAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
