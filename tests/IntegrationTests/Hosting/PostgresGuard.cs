using System.Diagnostics;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>
/// Stops the private PostgreSQL of a killed test run and removes its folder. The guard is a shell that reads a pipe. Only this
/// process holds the other end, so the pipe closes when this process ends, however it ends.
/// </summary>
internal sealed class PostgresGuard : IDisposable
{
    // The shell in the background is not a child of this process, and where setsid exists it has a session of its own:
    // a signal to all processes of the run does not reach it.
    private const string Script = """
        exec 3<&0
        $(command -v setsid) sh -c '
            trap "" HUP INT TERM
            read -r _ <&3
            if server=$(head -n 1 "$0/cluster/postmaster.pid"); then
                kill -QUIT "$server"
                for _ in 1 2 3 4 5; do kill -0 "$server" || break; sleep 1; done
            fi
            rm -rf "$0"
            ' "$0" >/dev/null 2>&1 &
        """;

    private readonly Process? _shell;

    private PostgresGuard(Process? shell) => _shell = shell;

    /// <summary>Guards the server with this data folder, which may be started later. There is no guard on Windows.</summary>
    public static PostgresGuard Of(string folder) => new(OperatingSystem.IsWindows()
        ? null
        : Process.Start(new ProcessStartInfo("sh", ["-c", Script, folder]) { RedirectStandardInput = true }));

    /// <summary>Ends the guard. It removes the rest of the folder if there is any.</summary>
    public void Dispose()
    {
        _shell?.StandardInput.Close();
        _shell?.Dispose();
    }
}
