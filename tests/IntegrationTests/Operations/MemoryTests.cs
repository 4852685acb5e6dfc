using System.Globalization;
using System.Net.Http.Headers;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>
/// Nothing that a client sends stays in memory. The service gets a small heap, and the requests together are many times larger. A
/// service that keeps them ends with an OutOfMemoryException.
/// </summary>
public sealed class MemoryTests : IAsyncLifetime
{
    private const int Count = 2500;
    private const int Senders = 4;

    // In hexadecimal digits: 112 MiB. A quiet service needs less than half of it.
    private const string HeapLimit = "7000000";

    private TestDatabase _database = null!;

    // The kinds of input, each as the change that number n makes to a request. Long values make it visible if they stay.
    private static Dictionary<string, Action<HttpRequestMessage, int>> Inputs => new()
    {
        ["hosts and ports of the document"] = (request, n) =>
        {
            Go(request, "/swagger/v1/swagger.json");
            request.Headers.Host = $"h{n}.example.org:{n + 1}";
        },
        ["hosts of a list"] = (request, n) => request.Headers.Host = $"{Long(n, 50)}.{Long(n, 50)}.example.org:{n + 1}",
        ["ids"] = (request, n) => Go(request, $"/user/{new Guid(n, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0)}"),
        ["paths"] = (request, n) => Go(request, $"/{Long(n, 6000)}"),
        ["names and values of parameters"] = (request, n) => Go(request, $"/user?{Long(n, 3000)}={Long(n, 3000)}"),
        ["cursors"] = (request, n) => Go(request, $"/user?cursor={Long(n, 5000)}"),
        ["searches"] = (request, n) => Go(request, $"/user?q={Long(n, 190)}&page_size={(n % 200) + 1}&page={n + 1}"),
        ["fields and sort keys"] = (request, n) => Go(request, $"/auth/group?fields={FieldsOf(n)}&sort={(n % 2 == 0 ? "name" : "-name")}"),
        ["API keys"] = (request, n) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(n)),
        ["other credentials"] = (request, n) => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Long(n, 6000)),
        ["entity tags"] = (request, n) =>
        {
            Go(request, $"/user/{Bodies.UnknownId}");
            request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{Long(n, 6000)}\"");
        },
        ["headers"] = (request, n) => request.Headers.TryAddWithoutValidation(Long(n, 3000), Long(n, 3000)),
        ["traces"] = (request, n) =>
        {
            request.Headers.TryAddWithoutValidation("traceparent", $"00-{n:x32}-{n:x16}-01");
            request.Headers.TryAddWithoutValidation("tracestate", $"x={Long(n, 200)}");
            request.Headers.TryAddWithoutValidation("baggage", $"{Long(n, 3000)}={Long(n, 3000)}");
        },
        ["encodings of an answer"] = (request, n) =>
        {
            Go(request, "/docs/errors");
            request.Headers.TryAddWithoutValidation("Accept-Encoding", $"{Long(n, 3000)}, gzip, {Long(n, 3000)};q=0.5");
        },
        ["the caller"] = (request, n) => Go(request, $"/auth/me?{Long(n, 3000)}={Long(n, 3000)}"),
        ["methods"] = (request, n) => request.Method = new HttpMethod($"M{Long(n, 1000)}"),
        ["idempotency keys and properties of a body"] = (request, n) =>
        {
            request.Method = HttpMethod.Post;
            request.Headers.Add("Idempotency-Key", Long(n, 250));
            request.Content = ServiceFixture.ToContent($$"""{"{{Long(n, 10_000)}}":"{{Long(n, 10_000)}}"}""");
        },
        ["media types"] = (request, n) =>
        {
            request.Method = HttpMethod.Post;
            request.Content = ServiceFixture.ToContent("{}");
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/{Long(n, 3000)}; charset={Long(n, 3000)}");
        },
        ["addresses of clients"] = (request, n) =>
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(n));
            request.Headers.Add("X-Forwarded-For", $"2001:db8:{n:x}::1");
            request.Headers.Add("X-Forwarded-Prefix", $"/{Long(n, 3000)}");
        },
    };

    public async Task InitializeAsync() => _database = await TestPostgres.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Nothing_that_a_client_sends_stays_in_memory()
    {
        await using var service = await ServiceProcess.StartAsync(
            _database.ConnectionString,
            ("DOTNET_GCHeapHardLimit", HeapLimit),
            ("DOTNET_gcServer", "0"),
            ("AllowedHosts", "*"),
            ("Proxies__Trusted", "127.0.0.1"),
            ("RateLimits__FailuresPerMinute", "100000"),
            ("Serilog__MinimumLevel__Default", "Error"));

        foreach (var (kind, change) in Inputs)
        {
            await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (n, cancellationToken) =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/user");
                change(request, n);
                using var response = await service.Client.SendAsync(request, cancellationToken);
                Assert.True((int)response.StatusCode < 500, string.Create(CultureInfo.InvariantCulture, $"{kind}: {response}"));
            });
        }

        (await service.Client.GetAsync(new Uri("/healthz/ready", UriKind.Relative))).EnsureSuccessStatusCode();
    }

    private static void Go(HttpRequestMessage request, string path) => request.RequestUri = new Uri(path, UriKind.Relative);

    // Another text for each number.
    private static string Long(int n, int length) => $"x{n}".PadRight(length, 'x');

    private static string KeyOf(int n) => $"cwk_{new Guid(n, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 0):N}_{new string('A', 43)}";

    private static string FieldsOf(int n)
    {
        string[] names = ["id", "name", "icon", "description", "users", "created_at", "updated_at"];
        return string.Join(',', names.Where((_, index) => index == 0 || (n >> index) % 2 == 1));
    }
}
