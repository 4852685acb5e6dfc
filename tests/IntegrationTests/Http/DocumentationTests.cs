using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>The start page and the pages of the documentation, as a person without a credential reads them.</summary>
public sealed partial class DocumentationTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/api/v1/")]
    public async Task Every_link_of_the_start_page_leads_somewhere(string path)
    {
        var start = JsonNode.Parse(await ReadAsync(path))!;

        Assert.Equal("CleanWorkspace", (string)start["name"]!);
        var links = start["links"]!.AsObject();
        Assert.NotEmpty(links);
        foreach (var (_, link) in links)
        {
            Assert.StartsWith(path, (string)link!, StringComparison.Ordinal);
            await ReadAsync((string)link!);
        }
    }

    [Fact]
    public async Task Every_page_can_be_reached_from_the_first_one_and_no_link_is_dead()
    {
        var (seen, open) = (new HashSet<string>(), new Queue<string>(["/docs/README"]));
        while (open.TryDequeue(out var path))
        {
            if (!seen.Add(path))
            {
                continue;
            }

            var html = await ReadAsync(path);
            foreach (var link in Links().Matches(html).Select(match => match.Groups[1].Value))
            {
                var target = new Uri(new Uri($"http://localhost{path}"), link);
                if (target.Host == "localhost" && target.AbsolutePath.StartsWith("/docs/", StringComparison.Ordinal))
                {
                    open.Enqueue(target.AbsolutePath);
                    if (target.Fragment.Length > 0)
                    {
                        Assert.Contains($"id=\"{target.Fragment[1..]}\"", await ReadAsync(target.AbsolutePath), StringComparison.Ordinal);
                    }
                }
            }
        }

        Assert.Superset(
            new HashSet<string> { "/docs/api", "/docs/contract", "/docs/errors", "/docs/import-export", "/docs/recipes" }, seen);
    }

    [Fact]
    public async Task Every_error_code_has_one_anchor_on_the_page_of_the_errors()
    {
        var html = await ReadAsync("/docs/errors");

        Assert.Contains("email_taken", ErrorCodes.Documented);
        Assert.Contains("import_outcome_unknown", ErrorCodes.Documented);
        Assert.All(ErrorCodes.Documented, code => Assert.Equal(1, html.Split($"<code id=\"{code}\">").Length - 1));
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/api/v1/user?page=0")]
    [InlineData("/api/v1/user/no-uuid/")]
    [InlineData("/auth/group/019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    public async Task The_type_of_a_problem_leads_to_the_description_of_its_code(string path)
    {
        var problem = (await service.GetAsync(path)).Json;

        var type = new Uri(new Uri($"{service.BaseAddress}{path}"), (string)problem["type"]!);

        Assert.Equal($"#{(string)problem["code"]!}", type.Fragment);
        Assert.Contains($"id=\"{type.Fragment[1..]}\"", await ReadAsync(type.PathAndQuery), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/docs/nothing")]
    [InlineData("/docs/..%2Fapi")]
    [InlineData("/docs/api.md")]
    public async Task An_unknown_page_is_not_found(string path)
    {
        using var response = await service.Client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(404, (int)response.StatusCode);
    }

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Links();

    private async Task<string> ReadAsync(string path)
    {
        using var response = await service.Client.GetAsync(new Uri(path, UriKind.Relative));
        if ((int)response.StatusCode is 301 or 302)
        {
            return await ReadAsync(response.Headers.Location!.OriginalString);
        }

        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode}");
        return await response.Content.ReadAsStringAsync();
    }
}
