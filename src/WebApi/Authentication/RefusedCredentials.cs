using System.Diagnostics.Metrics;
using CleanWorkspace.Infrastructure.Telemetry;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Counts the refused credentials by their reasons, and logs each reason at most once a minute. Callers see only a 401, so the operator
/// needs the reason. Log and metric have no part of a credential.
/// </summary>
internal sealed class RefusedCredentials
{
    // Anyone can send bad credentials, so each reason is logged at most this often.
    private static readonly TimeSpan MinInterval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private readonly ILogger<RefusedCredentials> _logger;
    private readonly Counter<long> _refused;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _lastLines = [];

    public RefusedCredentials(IMeterFactory meters, TimeProvider clock, ILogger<RefusedCredentials> logger)
    {
        _clock = clock;
        _logger = logger;
        _refused = meters.Create(TelemetrySource.Name).CreateCounter<long>(
            "cleanworkspace.credentials.refused", "{credential}", "The requests that were refused because of their credential.");
    }

    /// <summary>Counts a refused credential by its reason, and logs the reason unless it was logged just before.</summary>
    public void Record(Refusal refusal)
    {
        _refused.Add(1, KeyValuePair.Create<string, object?>("reason", refusal.Reason));
        if (IsDue(refusal.Reason))
        {
            _logger.LogWarning("A credential was refused because {Cause} ({Reason})", refusal.Cause, refusal.Reason);
        }
    }

    private bool IsDue(string reason)
    {
        lock (_lock)
        {
            var isDue = !_lastLines.TryGetValue(reason, out var last) || _clock.GetElapsedTime(last) >= MinInterval;
            if (isDue)
            {
                _lastLines[reason] = _clock.GetTimestamp();
            }

            return isDue;
        }
    }
}
