using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>
/// Records every statement that the directory sends, completely assembled, and compares them with <c>Statements.approved.sql</c>. Review
/// a difference like code, then copy <c>Statements.received.sql</c> over the approved file.
/// </summary>
public sealed partial class StatementsTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    // The number of changes before a conditional request does not matter here.
    private static readonly string AnyEarlyVersion = string.Join(", ", Enumerable.Range(1, 50).Select(version => $"\"{version}\""));

    private readonly ConcurrentQueue<(ActivityTraceId Trace, string Sql)> _sent = new();
    private readonly StringBuilder _report = new();

    [Fact]
    public async Task The_statements_of_the_directory_are_the_approved_ones()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = Note,
        };
        ActivitySource.AddActivityListener(listener);

        var group = (await service.CreateGroupAsync()).Id();
        var user = (await service.CreateUserAsync(new { first_name = "Ada", user_groups = new[] { group } })).Id();
        await RecordNounAsync("/user", user, "user_groups", group, "first_name", "last_name");
        await RecordAsync("GET", $"/user?q=ada%20love&page=2&page_size=1");
        await RecordAsync("GET", $"/user?role=editor&created_after=2026-01-01T00:00:00Z&created_before=2027-01-01T00:00:00Z");
        await RecordAsync("GET", $"/user?user_group={group}");
        await RecordAsync("GET", $"/user?email=ada@example.org");
        await RecordAsync("GET", $"/user/{user}/groups");
        await RecordNounAsync("/auth/group", group, "users", user, "name", "name");
        await RecordAsync("GET", $"/auth/group?name=engine&user={user}");
        await RecordAsync("GET", $"/auth/group/{group}/users?sort=last_name");
        await RecordAsync("PUT", $"/auth/group/{group}/users/{user}");
        await RecordAsync("DELETE", $"/auth/group/{group}/users/{user}");
        await RecordAsync("PATCH", $"/auth/group/{group}/users", new { add = new[] { user }, remove = Array.Empty<string>() });
        await RecordAsync("GET", "/auth/audit?actor=command-line");
        await RecordAsync("GET", "/auth/audit?kind=deleted&operation=sql");
        await RecordBatchAsync("/user", user, "users");
        await RecordBatchAsync("/auth/group", group, "user_groups");
        await RecordAsync(
            "POST",
            "/user/import?create_groups=true",
            () => service.ImportAsync(
                $$"""
                {"resource": "user_groups", "id": "{{group}}", "icon": "wheel"}
                {"id": "{{user}}", "last_name": "Byron", "user_groups": ["Looms"]}
                {"email": "grace@example.org", "user_groups": ["{{group}}"]}
                """,
                "create_groups=true",
                "application/x-ndjson"));
        await RecordAsync("GET", $"/user/{user}/data");
        await RecordAsync("POST", $"/user/{user}/erase");
        await RecordAsync("GET", "/user/export?format=csv");
        await RecordAsync("GET", "/user/export?format=ndjson");

        var received = _report.ToString();
        var approved = PathTo("Statements.approved.sql");
        if (received != (File.Exists(approved) ? await File.ReadAllTextAsync(approved) : null))
        {
            await File.WriteAllTextAsync(PathTo("Statements.received.sql"), received);
            Assert.Fail($"The statements differ from {approved}. Compare it with Statements.received.sql in the same folder.");
        }
    }

    // The same requests for both nouns of the directory.
    private async Task RecordNounAsync(string path, string id, string members, string member, string text, string sort)
    {
        var withMembers = new Dictionary<string, object> { [text] = "Engine", [members] = new[] { member } };
        await RecordAsync("POST", path, new Dictionary<string, object> { [text] = "Engine" });
        await RecordAsync("POST", path, withMembers);
        await RecordAsync("POST", path, withMembers, ("Idempotency-Key", members));
        await RecordAsync("POST", path, withMembers, ("Idempotency-Key", members));
        await RecordAsync("POST", path, new Dictionary<string, object> { [members] = new[] { member, Bodies.UnknownId } });
        await RecordAsync("GET", $"{path}/{id}");
        await RecordAsync("GET", $"{path}/{id}?fields=id,{members}");
        await RecordAsync("GET", path);
        var first = await RecordAsync("GET", $"{path}?page_size=1&sort=-{sort}");
        await RecordAsync("GET", new Uri((string)first.Json["links"]!["next"]!).PathAndQuery);
        await RecordAsync("PATCH", $"{path}/{id}", new Dictionary<string, object> { [text] = "Difference engine" });
        await RecordAsync("PATCH", $"{path}/{id}", withMembers, ("If-Match", AnyEarlyVersion));
        await RecordAsync("PATCH", $"{path}/{id}", new Dictionary<string, object> { [text] = "Engine", ["id"] = id });
        var other = (await service.PostAsync(path, withMembers)).MustBe(201).Json.Id();
        await RecordAsync("DELETE", $"{path}/{other}", null, ("If-Match", "\"1\", \"2\""));
        other = (await service.PostAsync(path, withMembers)).MustBe(201).Json.Id();
        await RecordAsync("DELETE", $"{path}/{other}");
    }

    // Reads by id share a statement if they meet. They meet by chance, so the test tries again.
    private async Task RecordBatchAsync(string path, string id, string table)
    {
        (ActivityTraceId, string Sql)? batch = null;
        await Eventually.BeAsync(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => service.GetAsync($"{path}/{id}")));
            batch = _sent.Where(statement => statement.Sql.Contains($"FROM {table} AS", StringComparison.Ordinal))
                .Select(statement => ((ActivityTraceId, string)?)statement)
                .FirstOrDefault(statement => statement!.Value.Item2.EndsWith("id = ANY ($1)", StringComparison.Ordinal));
            return batch is not null;
        });
        _report.Append("-- GET ").Append(path).Append("/UUID, several at once\n\n").Append(batch!.Value.Sql).Append(";\n\n");
    }

    private Task<Answer> RecordAsync(string method, string path, object? body = null, (string Name, string Value)? header = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : ServiceFixture.ToContent(body),
        };
        if (header is { } given)
        {
            request.Headers.TryAddWithoutValidation(given.Name, given.Value);
        }

        return RecordAsync(header is { } shown ? $"{method} ({shown.Name})" : method, path, () => service.SendAsync(request));
    }

    private async Task<Answer> RecordAsync(string method, string path, Func<Task<Answer>> sendAsync)
    {
        using var activity = new Activity("request").Start();
        var answer = await sendAsync();
        _report.Append("-- ").Append(method).Append(' ').Append(Normalize(path)).Append(": ").Append(answer.Status).Append("\n\n");
        foreach (var (_, sql) in _sent.Where(statement => statement.Trace == activity.TraceId))
        {
            _report.Append(Normalize(sql)).Append(";\n\n");
        }

        return answer;
    }

    // API keys are read again in the background, at any time.
    private void Note(Activity activity)
    {
        var sql = (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) as string;
        if (sql is not null && !sql.Contains("api_keys", StringComparison.Ordinal))
        {
            _sent.Enqueue((activity.TraceId, sql));
        }
    }

    private static string Normalize(string text) => CursorText().Replace(UuidText().Replace(text, "UUID"), "cursor=...");

    private static string PathTo(string name, [CallerFilePath] string source = "") => Path.Combine(Path.GetDirectoryName(source)!, name);

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex UuidText();

    [GeneratedRegex("cursor=[A-Za-z0-9_-]+")]
    private static partial Regex CursorText();
}
