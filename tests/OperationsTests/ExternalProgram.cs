using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CleanWorkspace.OperationsTests;

/// <summary>A real program beside the service, such as nginx. It has a folder and a port of its own, and ends with the test.</summary>
internal sealed class ExternalProgram : IAsyncDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;
    private readonly KillGuard _guard;
    private readonly string _folder;

    private ExternalProgram(ProcessStartInfo start, string folder, int port)
    {
        _folder = folder;
        Port = port;
        _process = Process.Start(start)!;
        _guard = KillGuard.OfProgram(_process);
        _process.OutputDataReceived += Collect;
        _process.ErrorDataReceived += Collect;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The port that the program listens on, at 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Everything that the program has printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Returns the path of an installed program, or null.</summary>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/local/sbin".Split(':')
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>Starts a program and waits until it accepts connections.</summary>
    /// <param name="program">The name of the program.</param>
    /// <param name="configure">Writes files into the folder, for this port, and returns the program's arguments.</param>
    public static async Task<ExternalProgram> StartAsync(string program, Func<string, int, string[]> configure)
    {
        var folder = Directory.CreateTempSubdirectory("workspace-drill-").FullName;
        var port = FreePort.Find();
        var start = new ProcessStartInfo(Find(program)!, configure(folder, port))
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var started = new ExternalProgram(start, folder, port);
        try
        {
            await Eventually.BeAsync(started.IsListeningAsync, TimeLimit.OfWait, $"{program} does not listen: {started.Output}");
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // A program that has processes of its own ends them when it is asked to stop.
        if (!_process.HasExited)
        {
            await RunningProgram.SignalAsync(_process, "TERM");
            await _process.WaitForExitAsync().WithinLimitAsync();
        }

        _guard.Dispose();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsListeningAsync()
    {
        Assert.False(_process.HasExited, $"The program has ended: {Output}");
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Collect(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
