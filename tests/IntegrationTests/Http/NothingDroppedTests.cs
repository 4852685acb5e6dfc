using System.Net.Http.Headers;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Every operation refuses parameters and headers that ask for something that it does not offer.</summary>
public sealed class NothingDroppedTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Every_operation_refuses_unknown_query_parameters_and_names_them()
    {
        foreach (var (method, path) in await OperationsAsync())
        {
            var answer = await SendAsync(method, $"{Bodies.OnUnknown(path)}?dry_runn=true&sortt=name&dry_runn=false");

            answer.MustRefuseParameters("dry_runn", "sortt");
            Assert.Equal("unknown_parameter", (string)answer.Json["code"]!);
        }
    }

    // Programs that watch a service, and links from other pages, add parameters of their own.
    [Theory]
    [InlineData("/")]
    [InlineData("/docs/api")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/healthz/live")]
    [InlineData("/healthz/ready")]
    public async Task Addresses_that_are_no_operations_ignore_parameters(string path)
    {
        using var response = await service.Client.GetAsync(new Uri($"{path}?now=1", UriKind.Relative));

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/user", "dry_run", "Unknown parameter `dry_run`. This operation has no query parameters.")]
    [InlineData("DELETE", "/user/{id}", "force", "Unknown parameter `force`. This operation has no query parameters.")]
    [InlineData("GET", "/user/{id}", "field", "Unknown parameter `field`. Known parameters: `fields`.")]
    [InlineData("GET", "/auth/audit", "q", "Unknown parameter `q`. Known parameters: `actor`, ")]
    public async Task The_answer_names_the_known_parameters(string method, string path, string parameter, string detail)
    {
        var answer = (await SendAsync(new HttpMethod(method), $"{Bodies.OnUnknown(path)}?{parameter}=true"))
            .MustRefuseParameters(parameter);

        Assert.StartsWith(detail, (string)answer.Json["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_with_an_unknown_parameter_changes_nothing()
    {
        var user = await service.CreateUserAsync();
        var count = await service.CountAsync("/user");

        (await service.PostAsync("/user?dry_run=true", """{"first_name":"Grace"}""")).MustRefuseParameters("dry_run");
        (await service.PatchAsync($"/user/{user.Id()}?dry_run=true", """{"first_name":"Grace"}""")).MustRefuseParameters("dry_run");
        (await service.DeleteAsync($"/user/{user.Id()}?force=true")).MustRefuseParameters("force");

        Assert.Equal(count, await service.CountAsync("/user"));
        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    [Theory]
    [InlineData("Idempotency-Key", "PATCH,PUT,DELETE")]
    [InlineData("If-Unmodified-Since", "POST,PATCH,PUT,DELETE")]
    [InlineData("If-None-Match", "POST,PATCH,PUT,DELETE")]
    [InlineData("Content-Range", "POST,PATCH,PUT,DELETE")]
    [InlineData("If-Match", "GET,POST")]
    [InlineData("X-HTTP-Method-Override", "POST")]
    [InlineData("X-HTTP-Method", "POST")]
    [InlineData("X-Method-Override", "POST")]
    public async Task Every_operation_refuses_headers_that_it_does_not_offer(string header, string methods)
    {
        foreach (var (method, path) in await OperationsAsync())
        {
            var answer = await SendAsync(method, Bodies.OnUnknown(path), header, ValueOf(header));

            // A job has no entity tag, and the actions on a webhook or user record no answers.
            var isAction = method == HttpMethod.Post && path.Contains("/{id}/", StringComparison.Ordinal);
            if (methods.Split(',').Contains(method.Method)
                || (header == "If-Match" && path == "/import/{id}")
                || (header == "Idempotency-Key" && isAction))
            {
                answer.MustBe(400);
                Assert.True(
                    answer.Json["errors"]!.AsArray().Any(
                        error => (string?)error!["parameter"] == header && (string)error["code"]! == "unsupported_header"),
                    $"{answer}");
            }
            else
            {
                Assert.DoesNotContain("unsupported_header", answer.Text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_write_with_a_header_that_is_not_offered_changes_nothing()
    {
        var user = await service.CreateUserAsync();

        foreach (var header in new[] { "Idempotency-Key", "If-Unmodified-Since", "If-None-Match" })
        {
            (await SendAsync(HttpMethod.Patch, $"/user/{user.Id()}", header, ValueOf(header), """{"first_name":"Grace"}"""))
                .MustRefuseParameters(header);
            (await SendAsync(HttpMethod.Delete, $"/user/{user.Id()}", header, ValueOf(header))).MustRefuseParameters(header);
        }

        (await service.ReadUserAsync(user.Id())).MustEqual(user);
    }

    // RFC 9110, sections 13.1.3, 13.1.4 and 14.2.
    [Theory]
    [InlineData("If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT")]
    [InlineData("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:01 GMT")]
    [InlineData("If-None-Match", "\"other\"")]
    [InlineData("Range", "bytes=0-1")]
    [InlineData("If-Range", "\"other\"")]
    [InlineData("Idempotency-Key", "x")]
    [InlineData("Prefer", "return=minimal")]
    public async Task A_read_ignores_headers_that_a_server_may_ignore(string header, string value)
    {
        var user = await service.CreateUserAsync();

        (await SendAsync(HttpMethod.Get, $"/user/{user.Id()}", header, value)).MustBe(200).Json.MustEqual(user);
    }

    // RFC 9110, section 13.1.4: If-Match takes precedence.
    [Fact]
    public async Task A_condition_of_time_beside_an_entity_tag_is_ignored()
    {
        var user = (await service.PostAsync("/user", """{"first_name":"Ada"}""")).MustBe(201);
        using var content = ServiceFixture.ToContent("""{"first_name":"Grace"}""");
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/user/{user.Json.Id()}") { Content = content };
        request.Headers.IfUnmodifiedSince = DateTimeOffset.UnixEpoch;
        request.Headers.IfMatch.Add(user.Headers.ETag!);

        (await service.SendAsync(request)).MustBe(200);
    }

    private static string ValueOf(string header) => header switch
    {
        "If-Unmodified-Since" => "Thu, 01 Jan 2099 00:00:00 GMT",
        "Content-Range" => "bytes 0-1/2",
        "X-HTTP-Method-Override" or "X-HTTP-Method" or "X-Method-Override" => "DELETE",
        _ => "\"1\"",
    };

    private async Task<(HttpMethod Method, string Path)[]> OperationsAsync()
    {
        var operations = ApiOperations.Of((await service.GetAsync("/swagger/v1/swagger.json")).MustBe(200).Json);
        Assert.NotEmpty(operations);
        return operations;
    }

    private Task<Answer> SendAsync(HttpMethod method, string path, string? header = null, string? value = null, string? body = null)
    {
        var content = path.StartsWith("/user/import", StringComparison.Ordinal) || path.StartsWith("/user/delete", StringComparison.Ordinal)
            ? ServiceFixture.ToFile("email\n"u8.ToArray(), "text/csv")
            : method == HttpMethod.Post || method == HttpMethod.Patch ? ServiceFixture.ToContent(body ?? """{"name":"x"}""") : null;
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (header == "Content-Range")
        {
            (request.Content ??= new ByteArrayContent([])).Headers.ContentRange = ContentRangeHeaderValue.Parse(value!);
        }
        else if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return service.SendAsync(request);
    }
}
