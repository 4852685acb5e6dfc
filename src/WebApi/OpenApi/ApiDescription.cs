using System.Text;
using CleanWorkspace.WebApi.Hosting;
using NSwag;
using NSwag.Generation;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>The OpenAPI documents. Each is built once. Only the paths of its two servers depend on a request.</summary>
/// <remarks>The middleware of NSwag would build and keep a document for each value of the header <c>Host</c>.</remarks>
internal sealed class ApiDescription(IOpenApiDocumentGenerator generator)
{
    // Stands for the path of a server.
    private const string Server = "urn:server";

    private readonly Dictionary<string, Lazy<Task<byte[][]>>> _parts = OpenApiSetup.DocumentNames.ToDictionary(
        name => name, name => new Lazy<Task<byte[][]>>(() => BuildAsync(generator, name)));

    /// <summary>Writes a document. Its servers have no host, so they follow the address that the client used.</summary>
    public async Task WriteAsync(string name, HttpContext context)
    {
        var parts = await _parts[name].Value;
        var (first, second) = ServersOf(context.Request.PathBase.ToUriComponent());
        context.Response.ContentType = "application/json; charset=utf-8";
        foreach (var part in new[] { parts[0], Encoding.UTF8.GetBytes(first), parts[1], Encoding.UTF8.GetBytes(second), parts[2] })
        {
            await context.Response.Body.WriteAsync(part, context.RequestAborted);
        }
    }

    // The text before, between and after the paths of the two servers, in UTF-8.
    private static async Task<byte[][]> BuildAsync(IOpenApiDocumentGenerator generator, string name)
    {
        var document = await generator.GenerateAsync(name);
        document.Servers.Clear();
        document.Servers.Add(new OpenApiServer { Url = Server });
        document.Servers.Add(new OpenApiServer { Url = Server });
        return [.. document.ToJson().Split(Server).Select(Encoding.UTF8.GetBytes)];
    }

    // The path base has the prefix of a proxy and, if the request has it, the prefix of the API. The first server is the one in use.
    private static (string First, string Second) ServersOf(string pathBase) =>
        pathBase.EndsWith(ApiSetup.Prefix, StringComparison.OrdinalIgnoreCase)
            ? (pathBase, OrRoot(pathBase[..^ApiSetup.Prefix.Length]))
            : (OrRoot(pathBase), $"{pathBase}{ApiSetup.Prefix}");

    private static string OrRoot(string path) => path.Length == 0 ? "/" : path;
}
