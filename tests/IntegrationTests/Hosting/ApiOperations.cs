using System.Text.Json.Nodes;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The operations of the API, as tests of who may do what go through them.</summary>
internal static class ApiOperations
{
    public static (HttpMethod Method, string Path)[] Of(JsonNode description) =>
    [
        .. from path in description["paths"]!.AsObject()
           from method in path.Value!.AsObject()
           select (HttpMethod.Parse(method.Key), path.Key),
    ];

    /// <summary>Whether it reads users or groups, as the issue of roles has it; all else, an export too, is the admin's.</summary>
    public static bool IsRead(HttpMethod method, string path) =>
        method == HttpMethod.Get
        && path != "/user/export"
        && (path.StartsWith("/user", StringComparison.Ordinal) || path.StartsWith("/auth/group", StringComparison.Ordinal));
}
