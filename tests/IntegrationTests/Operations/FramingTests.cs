using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Requests that break the framing of HTTP/1.1 (RFC 9112). They are the client's fault and never the service's.</summary>
public sealed class FramingTests : IAsyncLifetime
{
    private const string Chunked = "Transfer-Encoding: chunked";
    private const string Body = """{"first_name":"Ada"}""";

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"workspace-framing-{Guid.NewGuid():N}.txt");
    private TestDatabase _database = null!;
    private TestService _service = null!;

    public static TheoryData<string, string> Malformed => new()
    {
        { Chunked, "ffffffffffffffff\r\n" },
        { Chunked, "7fffffffffffffff\r\n{}\r\n0\r\n\r\n" },
        { Chunked, "80000000\r\n{}\r\n0\r\n\r\n" },
        { Chunked, "14\r\n" + Body + "\r\nffffffffffffffff\r\n" },
        { Chunked, "-1\r\n{}\r\n0\r\n\r\n" },
        { Chunked, "g\r\n{}\r\n0\r\n\r\n" },
        { Chunked, "\r\n{}\r\n0\r\n\r\n" },
        { Chunked, "2\r\n{}garbage\r\n0\r\n\r\n" },
        { Chunked, "14\r\n" + Body + "garbage\r\n0\r\n\r\n" },
        { Chunked, "1\n{\n0\n\n" },
        { "Transfer-Encoding: identity", "{}" },
        { "Content-Length: -1", "{}" },
        { "Content-Length: 99999999999999999999", "{}" },
        { "Content-Length: 2\r\nContent-Length: 3", "{}" },
        { "Content-Length: two", "{}" },
    };

    public async Task InitializeAsync()
    {
        _database = await TestPostgres.CreateDatabaseAsync();
        _service = await TestService.StartAsync(
            _database.ConnectionString,
            ("Serilog:MinimumLevel:Default", "Information"),
            ("Serilog:Using:0", "Serilog.Sinks.File"),
            ("Serilog:WriteTo:0:Name", "File"),
            ("Serilog:WriteTo:0:Args:path", _file),
            ("Serilog:WriteTo:0:Args:outputTemplate", "{Level} {Message:lj}{NewLine}{Exception}"));
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        File.Delete(_file);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Malformed_framing_is_refused_without_a_trace_of_an_error(string headers, string body)
    {
        var requests = new[]
        {
            ("POST /user", "application/json"),
            ("PATCH /auth/group/" + Bodies.UnknownId, "application/json"),
            ("POST /user/import", "text/csv"),
            ("POST /user/import", "application/x-ndjson"),
        };
        foreach (var (request, type) in requests)
        {
            var answer = await RawHttp.SendAsync(
                _service.Client.BaseAddress!,
                $"{request} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nConnection: close\r\n{headers}\r\n\r\n{body}");

            Assert.True(RawHttp.StatusOf(answer) is 400 or 411 or 413 or 415 or 501, $"{request}: {answer}");
        }

        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM users"));
        await _service.DisposeAsync();
        var log = await File.ReadAllTextAsync(_file);
        Assert.DoesNotContain("Error ", log, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", log, StringComparison.Ordinal);
    }

    // The chunks count (RFC 9112, section 6.3).
    [Fact]
    public async Task A_length_beside_chunks_does_not_count()
    {
        var answer = await RawHttp.SendAsync(
            _service.Client.BaseAddress!,
            "POST /user HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + $"Content-Length: 3\r\n{Chunked}\r\n\r\n14\r\n{Body}\r\n0\r\n\r\n");

        Assert.Equal(201, RawHttp.StatusOf(answer));
    }
}
