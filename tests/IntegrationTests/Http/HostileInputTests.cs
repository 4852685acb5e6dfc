using System.Buffers.Text;
using System.Security.Cryptography;
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

        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete, HttpMethod.Options })
        {
            using var request = new HttpRequestMessage(method, Unaltered($"/import/{Bodies.UnknownId}?{query}"));
            await AssertIsNoFaultOfTheServiceAsync(request);
        }
    });

    [Fact]
    public async Task Hostile_reads_of_events_never_fail_the_service()
    {
        await _user.Value;
        // A token with another epoch is refused before the database sees the rest of it.
        var (epoch, read) = (await service.ExecuteAsync("SELECT name FROM event_epochs"), 0);
        await HoldsAsync(1200, HostileInput.ReadOfEvents($"{epoch}"), async hostile =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Unaltered($"/events?{hostile.Query}"));
            request.Headers.TryAddWithoutValidation("Accept", hostile.Accept);
            if (hostile.LastEventId is not null)
            {
                request.Headers.TryAddWithoutValidation("Last-Event-ID", hostile.LastEventId);
            }

            // A stream does not end.
            using var response = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                var answer = await Answer.ReadAsync(request, response);
                Assert.True(answer.Status is 200 or 400 or 410, answer.ToString());
                if (answer.Status != 200)
                {
                    Contract.VerifyProblem(answer);
                }
            }

            read += response.IsSuccessStatusCode ? 1 : 0;
        });
        Assert.True(read > 0, "No token was usable.");
    }

    /// <summary>A file of a job is read when its client is gone, so a defect would be a failed job.</summary>
    [Fact]
    public Task Hostile_files_never_fail_a_job() => HoldsAsync(12, HostileInput.Files, async files =>
    {
        var jobs = new List<Answer>();
        foreach (var file in files)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Unaltered($"{file.Path}?async=true&{file.Query}"))
            {
                Content = ServiceFixture.ToFile(file.Bytes, file.MediaType),
            };
            var answer = await AssertIsNoFaultOfTheServiceAsync(request);
            Assert.True(answer.Status is 202 or 400, answer.ToString());
            if (answer.Status == 202)
            {
                jobs.Add(answer);
            }
        }

        foreach (var job in jobs)
        {
            var ended = await service.WaitForJobAsync(job);
            Assert.NotEqual("internal_error", (string?)ended["failure"]?["code"]);
            (await service.DeleteAsync(job.Headers.Location!.AbsolutePath)).MustBe(204);
        }
    });

    [Fact]
    public Task Hostile_ids_never_fail_the_service() => HoldsAsync(300, HostileInput.PathSegment, async id =>
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete, HttpMethod.Options, HttpMethod.Patch })
        {
            foreach (var path in method == HttpMethod.Patch ? Collections : [.. Collections, "/import"])
            {
                using var request = new HttpRequestMessage(method, Unaltered($"{path}/{id}"))
                {
                    Content = method == HttpMethod.Patch ? ServiceFixture.ToContent("{}") : null,
                };
                var answer = await AssertIsNoFaultOfTheServiceAsync(request);
                Assert.True(answer.Status == 404 || (method == HttpMethod.Options && answer.Status == 405), answer.ToString());
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
            (HttpMethod.Get, "/user/export"), (HttpMethod.Get, "/events?after=now"), (HttpMethod.Options, "/events"),
            (HttpMethod.Post, "/user/import?async=true&dry_run=true"), (HttpMethod.Options, "/user/import"),
            (HttpMethod.Get, $"/import/{Bodies.UnknownId}"), (HttpMethod.Delete, $"/import/{Bodies.UnknownId}"),
            (HttpMethod.Options, $"/import/{Bodies.UnknownId}"),
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

/// <summary>A request for a page of the feed, or for a stream.</summary>
internal sealed record HostileRead(string Query, string Accept, string? LastEventId);

/// <summary>A file of an import or of a deletion by list.</summary>
internal sealed record HostileFile(string Path, string Query, string MediaType, byte[] Bytes)
{
    public override string ToString() => $"{Path}?{Query} {MediaType} {new HostileBody(Bytes)}";
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

    // The last one is more than PostgreSQL's largest number of a transaction.
    private static readonly Gen<string> Transaction = Gen.Elements(
        "0", "1", "3", "700", "701", "702", "2147483648", "9223372036854775807", "9999999999999999999", "18446744073709551616", "-1", "");

    private static readonly Gen<string> Snapshot = Gen.Frequency(
        (1, Gen.Constant("")),
        (4,
            from oldest in Transaction
            from end in Transaction
            from running in Gen.Frequency((2, Gen.Constant(Array.Empty<string>())), (3, Transaction.ArrayOf()))
            from tail in Gen.Elements("", "", "", "\n", " ", ":")
            select $"{oldest}:{end}:{string.Join(',', running)}{tail}"));

    private static readonly Gen<string> Options = Gen.ListOf(
        from name in Gen.Elements("partial", "dry_run", "create_groups", "user_groups", "merge_rows", "columns", "ignore_other_columns")
        from value in Gen.Frequency(
            (4, Gen.Elements(
                "true", "true", "false", "add", "*=", "a%00b=email;*=", "a%EF%BF%BF=email;*=", "a%F0%9F%98%80=email;*=")),
            (1, Escaped))
        select $"{name}={value}").Resize(3).Select(parameters => string.Join('&', parameters));

    private static readonly Gen<string> Csv =
        from separator in Gen.Elements(",", ",", ";", "\t")
        from names in Gen.Frequency((3, Gen.Elements("email", "email,first_name", "id,email,user_groups")), (1, Cells(",")))
        from rows in Gen.ListOf(Cells(separator)).Resize(8)
        from end in Gen.Elements("\n", "\r\n", "\r")
        select $"{names.Replace(",", separator, StringComparison.Ordinal)}{end}{string.Join(end, rows)}";

    // The texts are escaped for JSON.
    private static readonly Gen<string> Ndjson = Gen.ListOf(Gen.Frequency(
        (3, Object),
        (3,
            from address in Gen.Elements("a@example.org", @"a\u0000@b", @"\ud800@b", "x")
            from text in Text
            select $$"""{"email":"{{address}}","first_name":"{{text}}","user_groups":["{{text}}"]}"""),
        (1, Gen.Elements("", "{}", "[]", "null", "{\"resource\":\"user_groups\",\"name\":\"\\u0000\"}", "\0"))))
        .Resize(8)
        .Select(lines => string.Join('\n', lines));

    /// <summary>Files of imports and of deletions by list. There are fewer than the jobs that may wait.</summary>
    public static readonly Gen<HostileFile[]> Files = (
        from path in Gen.Elements("/user/import", "/user/import", "/user/delete")
        from options in Options
        from isCsv in Gen.Elements(true, false)
        from file in Gen.Frequency((3, (isCsv ? Csv : Ndjson).Select(Encoding.UTF8.GetBytes)), (1, Body.Select(body => body.Bytes)))
        select new HostileFile(path, options, isCsv ? "text/csv" : "application/x-ndjson", file)).ArrayOf(40);

    /// <summary>Segments that are not an id. There is no NUL, because Kestrel refuses it before the service sees it.</summary>
    public static readonly Gen<string> PathSegment = Escaped
        .Where(text => text.Length > 0 && !text.Contains("%00", StringComparison.Ordinal) && IsEscapedUtf8(text));

    private static readonly string[] HeaderNames =
    [
        "Authorization", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Idempotency-Key",
        "Content-Type", "Content-Encoding", "Accept", "Accept-Encoding", "Origin", "Access-Control-Request-Method", "Cookie", "Range",
        "traceparent", "tracestate", "baggage", "Last-Event-ID", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
        "X-Forwarded-Prefix", "Forwarded", "X-HTTP-Method-Override", "Upgrade-Insecure-Requests",
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
        "application/json; charset=\"", "multipart/form-data", "text/*", "application/json, text/plain", "text/csv",
        "application/x-ndjson", "application/cloudevents-batch+json;q=0.1", "now", "gzip", "identity;q=0", "br",
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

    /// <summary>Reads of the feed. Their tokens have a right checksum and mostly this epoch.</summary>
    public static Gen<HostileRead> ReadOfEvents(string epoch)
    {
        var token =
            from name in Gen.Frequency((6, Gen.Constant(epoch)), (1, Gen.Elements("", "x", "\0", "'", "\n", new string('x', 3000))))
            from position in Gen.Frequency(
                (3, Gen.Elements("0", "1")), (1, Gen.Elements("-1", "9223372036854775807", "9223372036854775808", "", "1 ", "01")))
            from snapshot in Snapshot
            select TokenOf($"{name}/{position}/{snapshot}");
        // No time to wait is longer than 0, because the test would wait.
        var parameter = Gen.Frequency(
            (4, token.Select(text => $"after={text}")),
            (1, Escaped.Select(text => $"after={text}")),
            (1, Gen.Elements("0", "-1", "31", "", "x", "%00", "2147483648", "1e3").Select(text => $"wait={text}")),
            (1, Gen.Elements("1", "1000", "0", "1001", "-1", "", "%00", "2147483648").Select(text => $"limit={text}")),
            (1, Gen.Elements(Bodies.UnknownId, "", "%00", "x").Select(text => $"resource={text}")),
            (1, Gen.Elements("user.created", "user.created,user.created", ",", "%00", "USER.CREATED").Select(text => $"types={text}")));
        return
            from parameters in Gen.ListOf(parameter).Resize(3)
            from accept in Gen.Elements("*/*", "application/json", "application/cloudevents-batch+json", "text/event-stream", "x;q=\"")
            from last in Gen.Frequency(
                (3, Gen.Constant<string?>(null)), (1, token.Select(text => (string?)text)), (1, Gen.Elements<string?>("", "x")))
            select new HostileRead(string.Join('&', parameters), accept, last);
    }

    private static string TokenOf(string content)
    {
        var bytes = Encoding.ASCII.GetBytes(content);
        return Base64Url.EncodeToString([.. SHA256.HashData(bytes)[..4], .. bytes]);
    }

    private static Gen<string> Cells(string separator) => Gen.ListOf(Gen.Elements(
        "", "ada@example.org", "nobody", "a\0b", "a\0@b", "\"a\nb\"", "\"\"\"\"", "\"", "a\"b", "=1+1", "\ufeff", "\uffff", "😀",
        "admin", "null", Bodies.UnknownId, new string('x', 5000))).Resize(5).Select(cells => string.Join(separator, cells));

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
