using System.Diagnostics.Metrics;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>
/// Counts the refused credentials by their reasons, and logs each reason at most once a minute. Callers see only a 401, so the operator
/// needs the reason. Log and metric have no part of a credential.
/// </summary>
internal sealed class RefusedCredentials
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "CleanWorkspace";

    /// <summary>The name of the counter. Its tag <c>reason</c> is one of the reasons of <see cref="Refusal"/>.</summary>
    public const string CounterName = "cleanworkspace.credentials.refused";

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
        _refused = meters.Create(MeterName).CreateCounter<long>(CounterName, "{credential}", "Refused credentials.");
    }

    /// <summary>Counts a refused credential, and logs the reason unless it was logged just before.</summary>
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
