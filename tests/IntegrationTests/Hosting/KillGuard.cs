using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// Ends a program of a test run that was killed. The guard is a shell that reads a pipe. Only this process holds the other end,
/// so the pipe closes when this process ends, even after SIGKILL. There is no guard on Windows.
/// </summary>
internal sealed class KillGuard : IDisposable
{
    private const string Done = "done";

    // The folder of a private PostgreSQL. Its server may be started after the guard.
    private const string StopServer = """
        if server=$(head -n 1 "$0/cluster/postmaster.pid"); then
            kill -QUIT "$server"
            for _ in 1 2 3 4 5; do kill -0 "$server" || break; sleep 1; done
        fi
        rm -rf "$0"
        """;

    private const string EndProgram = """kill -KILL "$0" """;

    private readonly Process? _shell;

    private KillGuard(string command, string argument)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // The inner shell is not a child of this process, and where setsid exists it has a session of its own. A signal to all
        // processes of the run does not reach it.
        var script = $"""
            exec 3<&0
            $(command -v setsid) sh -c '
                trap "" HUP INT TERM
                read -r word <&3
                [ "$word" = {Done} ] && exit
                {command}' "$0" >/dev/null 2>&1 &
            """;
        _shell = Process.Start(new ProcessStartInfo("sh", ["-c", script, argument]) { RedirectStandardInput = true });
    }

    /// <summary>Guards the private PostgreSQL in this folder. After a kill the guard stops the server and removes the folder.</summary>
    public static KillGuard OfServer(string folder) => new(StopServer, folder);

    /// <summary>Guards a running program.</summary>
    public static KillGuard OfProgram(Process program) => new(EndProgram, $"{program.Id}");

    public void Dispose()
    {
        _shell?.StandardInput.WriteLine(Done);
        _shell?.Dispose();
    }
}
