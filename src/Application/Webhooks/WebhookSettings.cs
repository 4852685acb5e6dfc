using System.Net;

namespace CleanWorkspace.Application.Webhooks;

/// <summary>Where webhooks may send.</summary>
/// <param name="AllowedNetworks">The networks that webhooks may reach although they are not public.</param>
/// <param name="IsHttpAllowed">Whether an endpoint may have an address with http.</param>
public sealed record WebhookSettings(IReadOnlyList<IPNetwork> AllowedNetworks, bool IsHttpAllowed);
