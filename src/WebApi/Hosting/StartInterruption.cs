using System.Runtime.InteropServices;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Until the host runs and takes over, a signal to stop cancels the start, so that a private database that is starting is
/// stopped again and not left behind.
/// </summary>
internal sealed class StartInterruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StartInterruption()
    {
        _registrations =
        [
            .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP }
                .Select(signal => PosixSignalRegistration.Create(signal, Cancel)),
        ];
    }

    /// <summary>Cancelled by the signal.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Cancel(PosixSignalContext context)
    {
        context.Cancel = true;
        _source.Cancel();
    }
}
