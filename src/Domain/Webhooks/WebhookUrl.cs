using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Domain.Webhooks;

/// <summary>The addresses of endpoints: absolute URLs with http or https.</summary>
public static class WebhookUrl
{
    private static readonly Fault Invalid = new(
        "invalid_url", "Must be an absolute URL with http or https and a host, without a user name, a password and a fragment.");

    /// <summary>Returns the first fault, or null: a fault of <see cref="Webhook.UrlRule"/>, or <c>invalid_url</c>.</summary>
    public static Fault? Check(string? text) => Webhook.UrlRule.Check(text, out var url) ?? (IsUrl(url) ? null : Invalid);

    /// <summary>Returns the text as it is stored.</summary>
    /// <exception cref="InvalidValueException"><see cref="Check"/> finds a fault in the text.</exception>
    public static string Normalize(string? text) =>
        Check(text) is { } fault ? throw new InvalidValueException(fault) : Webhook.UrlRule.Normalize(text)!;

    /// <summary>Tells whether messages to the URL are encrypted.</summary>
    public static bool IsHttps(string url) => new Uri(url).Scheme == Uri.UriSchemeHttps;

    private static bool IsUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url is { Host.Length: > 0, UserInfo.Length: 0, Fragment.Length: 0 }
        && !text.AsSpan().ContainsAny(' ', '\\');
}
