using System.Collections.Frozen;
using CleanWorkspace.WebApi.OpenApi;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace CleanWorkspace.WebApi.Hosting;

/// <summary>
/// Serves the start page of the API (<c>/</c>) and the pages of the folder <c>docs</c> (<c>/docs/api</c>). They need no credential and
/// show no data.
/// </summary>
internal static class Documentation
{
    /// <summary>The path of the pages.</summary>
    public const string Path = "/docs";

    /// <summary>The path of the page that describes the error codes. Each code is an anchor.</summary>
    public const string ErrorsPath = $"{Path}/errors";

    // The page that lists the others.
    private const string FirstPage = "README";

    private const string ResourcePrefix = "docs/";

    // The pages have no scripts and load nothing.
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly string OpenApiDocument = OpenApiSetup.PathOf(OpenApiSetup.DocumentNames[0]);

    // Each page is made from its Markdown when it is first read.
    private static readonly FrozenDictionary<string, Lazy<string>> Pages = typeof(Documentation).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[ResourcePrefix.Length..], name => new Lazy<string>(() => Render(name)));

    /// <summary>Adds the endpoints.</summary>
    /// <param name="app">The routes.</param>
    /// <param name="hasDescription">Whether the OpenAPI document and its page are served.</param>
    public static void MapDocumentation(this IEndpointRouteBuilder app, bool hasDescription)
    {
        app.MapGet("/", (HttpRequest request) => Results.Json(Start(request.PathBase, hasDescription)));
        app.MapGet(Path, (HttpRequest request) => Results.Redirect($"{request.PathBase}{Path}/{FirstPage}"));
        app.MapGet($"{Path}/{{page}}", (string page, HttpResponse response) =>
        {
            if (!Pages.TryGetValue(page, out var html))
            {
                return Results.NotFound();
            }

            response.Headers.ContentSecurityPolicy = Policy;
            return Results.Text(html.Value, "text/html; charset=utf-8");
        });
    }

    private static object Start(PathString prefix, bool hasDescription) => new
    {
        name = "CleanWorkspace",
        description = "A directory of users and user groups.",
        links = new
        {
            documentation = $"{prefix}{Path}",
            openapi = hasDescription ? $"{prefix}{OpenApiDocument}" : null,
            try_it = hasDescription ? $"{prefix}{OpenApiSetup.UiPath}" : null,
            users = $"{prefix}/user",
            user_groups = $"{prefix}/auth/group",
            ready = $"{prefix}{ApiSetup.HealthPath}/ready",
        },
    };

    private static string Render(string resource)
    {
        using var stream = typeof(Documentation).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        var pipeline = new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();
        var page = Markdown.Parse(reader.ReadToEnd(), pipeline);
        foreach (var link in page.Descendants<LinkInline>().ToList())
        {
            Lead(link);
        }

        foreach (var code in page.Descendants<Table>().SelectMany(CodesOf).DistinctBy(code => code.Content))
        {
            // The type of a problem leads here. If several tables describe the code, it leads to the first one.
            code.GetAttributes().Id = code.Content;
        }

        return $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>CleanWorkspace: {{resource[ResourcePrefix.Length..]}}</title><style>
            body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark }
            pre { overflow-x: auto; padding: 0.8rem; border: 1px solid #8888; border-radius: 4px }
            table { border-collapse: collapse } td, th { border: 1px solid #8888; padding: 0.2rem 0.6rem; text-align: left }
            </style></head><body>
            {{page.ToHtml(pipeline)}}</body></html>
            """;
    }

    // The error codes in the column "code".
    private static IEnumerable<CodeInline> CodesOf(Table table)
    {
        var rows = table.OfType<TableRow>().ToList();
        var column = rows[0].ToList().FindIndex(cell => cell.Descendants<LiteralInline>().Any(name => $"{name.Content}" == "code"));
        return column < 0 ? [] : rows.SelectMany(row => row[column].Descendants<CodeInline>());
    }

    // Links between the pages lose their ending. Links to files that are not served become plain text.
    private static void Lead(LinkInline link)
    {
        var url = link.Url ?? "";
        var file = url.Split('#')[0];
        if (file == "openapi.json")
        {
            link.Url = $"..{OpenApiDocument}";
        }
        else if (file.EndsWith(".md", StringComparison.Ordinal) && Pages.ContainsKey(file[..^3]))
        {
            link.Url = file[..^3] + url[file.Length..];
        }
        else if (file.Length > 0 && !file.Contains("://", StringComparison.Ordinal))
        {
            while (link.FirstChild is { } child)
            {
                child.Remove();
                link.InsertBefore(child);
            }

            link.Remove();
        }
    }
}
