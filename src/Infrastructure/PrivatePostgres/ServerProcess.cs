using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace CleanWorkspace.Infrastructure.PrivatePostgres;

/// <summary>The server process that the file <c>postmaster.pid</c> of a cluster names.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Started">The start time in seconds since 1970.</param>
/// <param name="Port">The TCP port.</param>
internal sealed record ServerProcess(int Id, long Started, int Port)
{
    private enum ProcessState
    {
        Ended,
        Running,
        OtherProgram,
    }

    /// <summary>True if the server runs.</summary>
    public bool IsRunning => State == ProcessState.Running;

    /// <summary>True if another program has the process id now.</summary>
    public bool IsOtherProgram => State == ProcessState.OtherProgram;

    private ProcessState State
    {
        get
        {
            try
            {
                using var process = Process.GetProcessById(Id);
                // A process that has ended keeps its id and name until its parent collects it.
                var ended = OperatingSystem.IsLinux()
                    && File.ReadAllText($"/proc/{Id}/stat").Contains(") Z ", StringComparison.Ordinal);
                var started = new DateTimeOffset(process.StartTime).ToUnixTimeSeconds();
                return !ended && process.ProcessName == "postgres" && Math.Abs(started - Started) < 60
                    ? ProcessState.Running
                    : ProcessState.OtherProgram;
            }
            catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IOException)
            {
                return ProcessState.Ended;
            }
            catch (Exception exception) when (exception is Win32Exception or UnauthorizedAccessException)
            {
                return ProcessState.OtherProgram;
            }
        }
    }

    /// <summary>Reads the file. Returns null if there is none or if the server has not completed it yet.</summary>
    public static ServerProcess? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (FileNotFoundException)
        {
            // The server has just stopped.
            return null;
        }

        return lines.Length > 3
            && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var id)
            && long.TryParse(lines[2], CultureInfo.InvariantCulture, out var started)
            && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var port)
            ? new ServerProcess(id, started, port)
            : null;
    }
}
