using System.Diagnostics.Metrics;
using CleanWorkspace.Infrastructure.Telemetry;

namespace CleanWorkspace.WebApi.Authentication;

/// <summary>Counts the refused credentials by their reasons, for the metrics.</summary>
internal sealed class RefusedCredentials(IMeterFactory meters)
{
    private readonly Counter<long> _count = meters.Create(TelemetrySource.Name).CreateCounter<long>(
        "cleanworkspace.credentials.refused", "{credential}", "The requests that were refused because of their credential.");

    /// <summary>Counts one refusal.</summary>
    /// <param name="reason">The code of the problem. There are few codes, and none depends on the credential.</param>
    public void Count(string reason) => _count.Add(1, new KeyValuePair<string, object?>("reason", reason));
}
