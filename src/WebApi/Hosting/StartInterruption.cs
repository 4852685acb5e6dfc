using System.Runtime.InteropServices;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Cancels the start when a signal asks the program to stop. After the start the host handles signals. Without this class a signal
/// could leave a starting private server behind.
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

    /// <summary>The token that the signal cancels.</summary>
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
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The start ended while the signal arrived. The host handles the signal, too.
        }
    }
}
