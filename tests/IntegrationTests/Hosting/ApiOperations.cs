using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The operations of the API, for tests of every role's permissions.</summary>
internal static class ApiOperations
{
    public static (HttpMethod Method, string Path)[] Of(JsonNode description) =>
    [
        .. from path in description["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           select (HttpMethod.Parse(method.Key), path.Key),
    ];

    /// <summary>Whether any valid credential may call the operation, also one without a role.</summary>
    public static bool IsForAnyCredential(string path) => path == "/auth/me";

    /// <summary>
    /// Whether the operation reads users or groups. All other operations need the role admin, also the one that shows a user's audit.
    /// </summary>
    public static bool IsRead(HttpMethod method, string path) =>
        method == HttpMethod.Get && !path.EndsWith("/data", StringComparison.Ordinal)
        && (path.StartsWith("/user", StringComparison.Ordinal)
            || path.StartsWith("/auth/group", StringComparison.Ordinal)
            || path == "/events");
}
