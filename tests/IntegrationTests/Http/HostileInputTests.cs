using System.Text;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;
using FsCheck;
using FsCheck.Fluent;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>
/// Thousands of malformed requests. No answer may be a 5xx, and the fixture verifies that each refusal is a problem document.
/// A failure shows its seed. Replay it with <c>WithReplay</c>.
/// </summary>
public sealed class HostileInputTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Collections = ["/user", "/auth/group"];

    private readonly Lazy<Task<JsonObject>> _user = new(() => service.CreateUserAsync());
    private readonly Lazy<Task<JsonObject>> _group = new(() => service.CreateGroupAsync());

    [Fact]
    public Task Hostile_bodies_never_fail_the_service() => HoldsAsync(1200, HostileInput.Body, async body =>
    {
        foreach (var (method, path) in await OperationsWithBodyAsync())
        {
            using var request = new HttpRequestMessage(method, path) { Content = ServiceFixture.ToContent(body.Bytes) };
            await AssertIsNoFaultOfTheServiceAsync(request);
        }
    });

    [Fact]
    public Task Hostile_queries_never_fail_the_service() => HoldsAsync(1200, HostileInput.Query, async query =>
    {
        var user = (await _user.Value).Id();
        foreach (var path in new[] { "/user", "/api/v1/auth/group/", $"/user/{user}", $"/user/{user}/groups", "/auth/audit" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Unaltered($"{path}?{query}"));
            await AssertIsNoFaultOfTheServiceAsync(request);
        }
    });

    [Fact]
    public Task Hostile_ids_never_fail_the_service() => HoldsAsync(300, HostileInput.PathSegment, async id =>
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete, HttpMethod.Patch })
        {
            foreach (var path in method == HttpMethod.Patch ? Collections : [.. Collections, "/import"])
            {
                using var request = new HttpRequestMessage(method, Unaltered($"{path}/{id}"))
                {
                    Content = method == HttpMethod.Patch ? ServiceFixture.ToContent("{}") : null,
                };
                var answer = await AssertIsNoFaultOfTheServiceAsync(request);
                Assert.Equal(404, answer.Status);
            }
        }
    });

    [Fact]
    public Task Hostile_encodings_never_change_an_answer() => HoldsAsync(300, HostileInput.Encodings, async encodings =>
    {
        foreach (var path in new[] { $"/auth/group/{(await _group.Value).Id()}", "/docs/errors", "/auth/me?unknown=1" })
        {
            using var plain = new HttpRequestMessage(HttpMethod.Get, path);
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encodings);
            var (expected, answer) = (await service.SendAsync(plain), await AssertIsNoFaultOfTheServiceAsync(request));

            Assert.Equal(expected.Status, answer.Status);
            Assert.Equal(expected.Text.Length, answer.Text.Length);
            Assert.True(answer.ContentEncoding is null or "br" or "gzip");
        }
    });

    [Fact]
    public async Task Hostile_headers_with_any_credential_never_fail_the_service()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var behindProxy = await TestService.StartAsync(
            database.ConnectionString,
            ("Authentication:Required", "true"),
            ("RateLimits:RequestsPerSecond", "100000"),
            ("Proxies:Trusted", "127.0.0.1"),
            ("Cors:Origins", "https://app.example.org"));
        using var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        })
        {
            BaseAddress = behindProxy.Client.BaseAddress,
            Timeout = TimeLimit.OfWait,
        };
        var tokens = new List<string>();
        foreach (var role in new[] { "admin", "editor", "viewer", "guest" })
        {
            tokens.Add(await behindProxy.CreateTokenAsync(role));
        }

        var operations = new[]
        {
            (HttpMethod.Get, "/user"), (HttpMethod.Post, "/user"),
            (HttpMethod.Patch, $"/user/{Bodies.UnknownId}"), (HttpMethod.Delete, $"/user/{Bodies.UnknownId}"),
            (HttpMethod.Get, "/auth/group"), (HttpMethod.Post, "/auth/group"), (HttpMethod.Get, "/auth/key"), (HttpMethod.Options, "/user"),
            (HttpMethod.Get, "/auth/me"), (new HttpMethod("ABSURD"), "/auth/me"), (HttpMethod.Get, "/docs/errors"),
            (HttpMethod.Get, "/user/export"),
        };
        await HoldsAsync(400, HostileInput.Headers, async headers =>
        {
            foreach (var (method, path) in operations)
            {
                using var request = headers.ToRequest(method, path, headers.Role < tokens.Count ? tokens[headers.Role] : null);
                using var response = await client.SendAsync(request);
                var answer = await Answer.ReadAsync(request, response);
                Assert.True(answer.Status < 500, answer.ToString());
                if (answer.Status >= 400)
                {
                    Contract.VerifyProblem(answer);
                }
            }
        });
    }

    // The generator calls each check synchronously. This must not block one of the few threads of xunit.
    private static Task HoldsAsync<T>(int count, Gen<T> input, Func<T, Task> checkAsync) => Task.Run(() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(count),
        Prop.ForAll(input.ToArbitrary(), value => checkAsync(value).GetAwaiter().GetResult())));

    private async Task<Answer> AssertIsNoFaultOfTheServiceAsync(HttpRequestMessage request)
    {
        var answer = await service.SendAsync(request);
        Assert.True(answer.Status < 500, answer.ToString());
        return answer;
    }

    private async Task<(HttpMethod Method, string Path)[]> OperationsWithBodyAsync() =>
    [
        (HttpMethod.Post, "/user"),
        (HttpMethod.Post, "/api/v1/auth/group/"),
        (HttpMethod.Patch, $"/user/{(await _user.Value).Id()}"),
        (HttpMethod.Patch, $"/auth/group/{(await _group.Value).Id()}"),
        (HttpMethod.Patch, $"/auth/group/{(await _group.Value).Id()}/users"),
    ];

    // Escapes reach the service unchanged, including the broken ones.
    private Uri Unaltered(string pathAndQuery) => new(
        service.BaseAddress + pathAndQuery, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
}

internal sealed record HostileBody(byte[] Bytes)
{
    public override string ToString() => $"{Encoding.UTF8.GetString(Bytes)} (base64: {Convert.ToBase64String(Bytes)})";
}

/// <summary>Headers of a request. The role is a number that chooses the credential or none.</summary>
internal sealed record HostileHeaders((string Name, string Value)[] Values, int Role)
{
    public HttpRequestMessage ToRequest(HttpMethod method, string path, string? token)
    {
        var hasBody = method == HttpMethod.Post || method == HttpMethod.Patch;
        var request = new HttpRequestMessage(method, path)
        {
            Content = hasBody ? ServiceFixture.ToContent("""{"description":"x"}""") : null,
        };
        foreach (var (name, value) in Values)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content is { } content)
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return request;
    }

    public override string ToString() => $"role {Role}: {string.Join("; ", Values)}";
}

/// <summary>Generators of the requests of hostile or broken clients.</summary>
internal static class HostileInput
{
    private static readonly string[] KnownNames =
    [
        "role", "_role", "email", "first_name", "last_name", "user_groups", "teams", "name", "icon", "description", "users", "id",
        "created_at", "updated_at",
    ];

    private static readonly string[] OddNames =
    [
        "", "Email", "reading_faults", "ReadingFaults", "$type", "__proto__", "sent_id", "version", "folded_email", "a/b~c", @"\u0000",
        @"\ud800", "é😀", @"\u0065mail", "user_groups/0",
    ];

    private static readonly string[] OddTexts =
    [
        "", " ", "admin", "GUEST", "a@b", "ada@example.org", Bodies.UnknownId, "{019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071}", "null",
        "2026-11-23T12:24:27.123456Z", "9999-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00+14:00",
        @"\u0000", @"a\u0000b", @"\ud800", @"\udc00\ud800", @"\ud83d\ude00", @"\ufeff", @"\u202e", @"\uffff", @"\u0085", @"\t\n\r",
        "'; DROP TABLE users; --", "%00", "{0}", "${x}", "e\u0301", "ﷺ", "İ", "ſ",
    ];

    private static readonly Gen<string> Text = Gen.Frequency(
        (6, Gen.Elements(OddTexts)),
        (2, Gen.ArrayOf(Gen.Elements(OddTexts)).Select(string.Concat)),
        (2, Gen.ArrayOf(Gen.Choose(0, 0xffff)).Select(units => string.Concat(units.Select(unit => $"\\u{unit:x4}")))),
        (1,
            from text in Gen.Elements("x", "😀", "e\u0301", @"\u0000", " ", "a@")
            from count in Gen.Choose(100, 5000)
            select Bodies.Repeat(text, count)));

    private static readonly Gen<string> Scalar = Gen.Frequency(
        (6, Text.Select(text => $"\"{text}\"")),
        (2, Gen.Elements("null", "true", "false", "0", "-0", "1e999", "-1E-999", "123456789012345678901234567890", "1.5")));

    private static readonly Gen<string> Name = Gen.Frequency((6, Gen.Elements(KnownNames)), (2, Gen.Elements(OddNames)), (1, Text));

    private static readonly Gen<string> Object = from properties in Gen.ListOf(Property(3)) select $"{{{string.Join(',', properties)}}}";

    /// <summary>JSON of every shape, complete, cut or damaged, and bytes that are not JSON.</summary>
    public static readonly Gen<HostileBody> Body = Gen.Frequency(
        (8, Object.Select(Encoding.UTF8.GetBytes)),
        (1, Value(4).Select(Encoding.UTF8.GetBytes)),
        (1, Gen.ArrayOf(Gen.Choose(0, 255)).Select(numbers => numbers.Select(number => (byte)number).ToArray())),
        (1,
            from json in Object
            from end in Gen.Choose(0, 200)
            select Encoding.UTF8.GetBytes(json)[..Math.Min(end, Encoding.UTF8.GetByteCount(json))]),
        (1,
            from json in Object
            from place in Gen.Choose(0, 1000)
            from damage in Gen.Choose(0, 255)
            select Damage(json, place, (byte)damage)),
        (1,
            from depth in Gen.Choose(1, 300)
            select Encoding.UTF8.GetBytes($"{{\"users\":{new string('[', depth)}{new string(']', depth)}}}")))
        .Select(bytes => new HostileBody(bytes));

    private static readonly Gen<string> Escaped = Gen.Frequency(
        (4, Gen.Elements(
            "0", "1", "50", "200", "201", "-1", "2147483647", "2147483648", "1e3", "0x10",
            "", "%20", "%00", "%", "%ZZ", "%C0%80", "%ED%A0%80", "%F0%9F%98%80",
            "+", "a%26b%3Dc", "[]", "%EF%BB%BF1", "%D9%A1", "1%00", "%0D%0A", "'")),
        (1, Gen.ArrayOf(Gen.Choose(0, 255)).Select(bytes => string.Concat(bytes.Select(number => $"%{number:X2}")))),
        (1, Gen.Choose(1, 500).Select(count => new string('9', count))));

    private static readonly string[] ListNames =
    [
        "q", "sort", "fields", "cursor", "email", "role", "user_group", "name", "user",
        "created_after", "created_before", "actor", "resource",
    ];

    private static readonly string[] ListValues =
    [
        "ann", "%25%25%25abc", "abc%5C", "abc%27%22", "%E0%A4%95%E0%A4%BF%E0%A4%A4%E0%A4%BE%E0%A4%AC", "%CC%81%CC%81abc",
        "-created_at", "name", "email", "id,id", "id,name", "a@b", "%C4%B0@%C5%BF", "admin", Bodies.UnknownId,
        "2026-11-23T12:24:27.123456Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59-23:59",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAA",
    ];

    public static readonly Gen<string> Query = Gen.ListOf(
        from name in Gen.Frequency(
            (4, Gen.Elements("page", "page_size")),
            (6, Gen.Elements(ListNames)),
            (1, Gen.Elements("Page", "pageSize", "page[]", "")),
            (1, Escaped))
        from separator in Gen.Elements("=", "=", "=", "", "==")
        from value in Gen.Frequency((3, Escaped), (1, Gen.Elements(ListValues)))
        select name + separator + value)
        .Select(parameters => string.Join('&', parameters))
        // Kestrel refuses a longer request line before the service sees it.
        .Select(query => query[..Math.Min(query.Length, 7000)]);

    /// <summary>Segments that are not an id. There is no NUL, because Kestrel refuses it before the service sees it.</summary>
    public static readonly Gen<string> PathSegment = Escaped
        .Where(text => text.Length > 0 && !text.Contains("%00", StringComparison.Ordinal) && IsEscapedUtf8(text));

    private static readonly string[] HeaderNames =
    [
        "Authorization", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Idempotency-Key",
        "Content-Type", "Content-Encoding", "Accept", "Accept-Encoding", "Origin", "Access-Control-Request-Method", "Cookie", "Range",
        "traceparent", "tracestate", "baggage", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Prefix",
        "Forwarded", "X-HTTP-Method-Override", "Upgrade-Insecure-Requests",
    ];

    private static readonly string[] OddValues =
    [
        "", " ", "*", "Bearer", "Bearer  ", "bearer cwk_", "Basic Og==",
        "Bearer cwk_019a2b3c4d5e7f608a1b2c3d4e5f6071_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer a.b.c", "Bearer ..", "Bearer a.b.c.d.e",
        "\"1\"", "W/\"1\"", "\"1\", \"2\"", "\"", "\"\"", ",", "\"18446744073709551616\"", "\"-1\"",
        "8e03978e-40d5-43dd-bc93-6894a57f9324", "\"8e03978e\"", "\"a\\\"b\"", "key;a=1",
        "127.0.0.1", "203.0.113.7, 127.0.0.1", "[::1]:99999", "unknown", "_x", "http", "https", "javascript",
        "evil.example.org", "evil.example.org:70000", "a b", "xn--", "[", "/../", "application/json; charset=utf-7",
        "application/json; charset=\"", "multipart/form-data", "text/*", "application/json, text/plain", "gzip", "identity;q=0", "br",
        "br;q=0, *", "*;q=0", "gzip;q=1e999", "gzip;q=\"1\"", "br;q=-1", "GZIP;x=y;q=0.5", "\"7-br\"", "W/\"7-gzip\"",
        "https://evil.example.org", "null", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-0000000000000000-00", "ff-x", "bytes=0-1", "Thu, 01 Jan 1970 00:00:00 GMT",
        "Mon, 99 Foo 9999 99:99:99 GMT", "é", "\u0001", "\u007f", "😀", "\u00ff\u00fe",
    ];

    /// <summary>Values of <c>Accept-Encoding</c>: known and unknown encodings with and without a quality, and other text.</summary>
    public static readonly Gen<string> Encodings = Gen.Frequency(
        (6, Gen.ListOf(
            from name in Gen.Elements("br", "gzip", "identity", "*", "GZip", "deflate", "zstd", "", "x y", "\"gzip\"")
            from quality in Gen.Elements("", "", ";q=1", ";q=0", ";q=0.00", ";q=.5", "; q = 0.2", ";q=1.001", ";q=", ";q=x", ";x=1;q=0")
            select name + quality).Select(items => string.Join(", ", items))),
        (1, Gen.Elements(OddValues)),
        (1,
            from value in Gen.Elements("br;q=0.1,", "*,", ",", "x;q=0,")
            from count in Gen.Choose(2, 2000)
            select Bodies.Repeat(value, count)))
        // HttpClient sends no other characters.
        .Where(value => value.All(character => character is >= ' ' and <= '~'));

    /// <summary>Headers with a meaning for the service, and invalid values or values of other headers.</summary>
    public static readonly Gen<HostileHeaders> Headers =
        from values in Gen.ArrayOf(
            from name in Gen.Elements(HeaderNames)
            from value in Gen.Frequency(
                (5, Gen.Elements(OddValues)),
                (1, Gen.ArrayOf(Gen.Elements(OddValues)).Select(parts => string.Join(", ", parts))),
                (1, Gen.ArrayOf(Gen.Choose(32, 0x2ff))
                    .Select(characters => string.Concat(characters.Select(character => (char)character)))),
                (1, from value in Gen.Elements(OddValues) from count in Gen.Choose(2, 400) select Bodies.Repeat(value, count)))
                // Kestrel refuses longer headers before the service sees them.
            select (name, value[..Math.Min(value.Length, 2000)])).Resize(6)
        from role in Gen.Choose(0, 4)
        select new HostileHeaders(values, role);

    private static Gen<string> Property(int depth) => from name in Name from value in Value(depth) select $"\"{name}\":{value}";

    private static Gen<string> Value(int depth) => depth == 0
        ? Scalar
        : Gen.Frequency(
            (5, Scalar),
            (2, Scalar.ListOf().Select(items => $"[{string.Join(',', items)}]")),
            (1, Gen.Fresh(() => Value(depth - 1)).SelectMany(value => value).ListOf().Resize(4)
                .Select(items => $"[{string.Join(',', items)}]")),
            (1, Gen.Fresh(() => Property(depth - 1)).SelectMany(property => property).ListOf().Resize(4)
                .Select(properties => $"{{{string.Join(',', properties)}}}")));

    private static byte[] Damage(string json, int place, byte damage)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        bytes[place % bytes.Length] = damage;
        return bytes;
    }

    private static bool IsEscapedUtf8(string text) => !text.Contains('%', StringComparison.Ordinal)
        || (Uri.UnescapeDataString(text) is var plain && !plain.Contains('%', StringComparison.Ordinal));
}
