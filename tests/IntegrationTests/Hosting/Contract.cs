using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The contract's promises about every answer. <see cref="ServiceFixture"/> verifies them in all tests.</summary>
internal static partial class Contract
{
    private static readonly string[] Roles = ["admin", "editor", "viewer", "guest"];

    private static readonly string[] UserProperties =
        ["id", "first_name", "last_name", "email", "role", "user_groups", "created_at", "updated_at"];

    private static readonly string[] GroupProperties =
        ["id", "name", "icon", "description", "users", "created_at", "updated_at"];

    private static readonly string[] KeyProperties =
        ["id", "name", "role", "expires_at", "last_used_at", "created_at", "updated_at"];

    private static readonly string[] WebhookProperties =
    [
        "id", "url", "types", "group_id", "description", "state", "disabled_reason", "failing_since", "blocked_event_id", "next_attempt_at",
        "previous_secret_expires_at", "created_at", "updated_at",
    ];

    private static readonly string[] DeliveryProperties =
    [
        "id", "event_id", "type", "attempt", "time", "duration_ms", "succeeded", "status", "error", "answer", "next_attempt_at",
    ];

    private static readonly string[] AuditEntryProperties =
        ["write_id", "resource", "resource_id", "created_at", "actor", "operation", "trace_id", "changes", "added", "removed"];

    private static readonly string[] ProblemProperties =
        ["type", "title", "status", "detail", "instance", "code", "trace_id"];

    private static readonly string[] SummaryProperties =
    [
        "applied", "blank", "created", "deleted", "dry_run", "faults", "faults_omitted", "groups_created", "groups_unchanged",
        "groups_updated", "memberships_added", "memberships_removed", "merged", "refused", "seconds", "unchanged", "updated",
        "without_email",
    ];

    private static readonly string[] JobProperties =
    [
        "id", "operation", "state", "rows_read", "rows_per_second", "created_at", "started_at", "ended_at", "result", "report", "failure",
    ];

    private static readonly string[] Internals =
    [
        "   at ", "Exception", "System.", "Microsoft.", "Npgsql", "CleanWorkspace", ".cs:line",
        "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "SQLSTATE", "SqlState",
    ];

    public static void VerifyUser(JsonObject user)
    {
        Assert.Equal(UserProperties.Order(), Names(user));
        VerifyIdAndTimes(user);
        Assert.Contains((string)user["role"]!, Roles);
        VerifyIds(user["user_groups"]!.AsArray());
    }

    public static void VerifyGroup(JsonObject group)
    {
        Assert.Equal(GroupProperties.Order(), Names(group));
        VerifyIdAndTimes(group);
        VerifyIds(group["users"]!.AsArray());
    }

    public static void VerifyMembershipChanges(JsonObject changes)
    {
        Assert.Equal(["added", "removed", "unchanged"], Names(changes));
        Assert.All(changes, count => Assert.True((int)count.Value! >= 0, changes.ToJsonString()));
    }

    public static void VerifyKey(JsonObject key)
    {
        Assert.Equal(KeyProperties.Order(), Names(key).Except(["token"]));
        VerifyIdAndTimes(key);
        Assert.Contains((string)key["role"]!, Roles);
    }

    public static void VerifyWebhook(JsonObject webhook)
    {
        Assert.Equal(WebhookProperties.Order(), Names(webhook).Except(["secret"]));
        VerifyIdAndTimes(webhook);
        Assert.Contains((string)webhook["state"]!, (string[])["enabled", "disabled"]);
    }

    public static void VerifyDelivery(JsonObject delivery)
    {
        Assert.Equal(DeliveryProperties.Order(), Names(delivery));
        Assert.Matches(Uuid7(), (string)delivery["id"]!);
        Assert.Matches(Time(), (string)delivery["time"]!);
        Assert.Equal((int?)delivery["status"] is >= 200 and <= 299, (bool)delivery["succeeded"]!);
        Assert.InRange((int)delivery["attempt"]!, 1, int.MaxValue);
    }

    public static void VerifyAuditEntry(JsonObject entry)
    {
        Assert.Equal(AuditEntryProperties.Order(), Names(entry));
        Assert.Matches(Uuid7(), (string)entry["write_id"]!);
        Assert.Contains((string)entry["resource"]!, (string[])["users", "user_groups", "api_keys", "webhooks", "imports"]);
        Assert.Matches(Time(), (string)entry["created_at"]!);
        Assert.All(entry["changes"]!.AsObject(), change => Assert.Equal(["from", "to"], Names(change.Value!.AsObject())));
    }

    public static void VerifyImportJob(JsonObject job)
    {
        Assert.Equal(JobProperties.Order(), Names(job));
        Assert.Matches(Uuid7(), (string)job["id"]!);
        Assert.Matches(Time(), (string)job["created_at"]!);
        var state = (string)job["state"]!;
        Assert.Contains(state, (string[])["waiting", "running", "succeeded", "refused", "failed", "cancelled"]);
        Assert.Equal(state is "waiting" or "running", job["ended_at"] is null);
        Assert.Equal(state is "succeeded" or "refused", job["result"] is not null);
        Assert.Equal(state == "failed", job["failure"] is not null);
        if (job["result"]?.AsObject() is { } result)
        {
            Assert.Equal(SummaryProperties, Names(result));
        }

        Assert.DoesNotContain(Internals, word => job.ToJsonString().Contains(word, StringComparison.Ordinal));
    }

    public static void VerifyList(JsonObject list, Action<JsonObject> verifyItem)
    {
        Assert.Equal(["count", "links", "meta", "results", "total_pages"], Names(list));
        Assert.Equal(["next", "previous"], Names(list["links"]!.AsObject()));
        Assert.Equal(["next_page", "page", "previous_page"], Names(list["meta"]!.AsObject()));
        Assert.All(list["results"]!.AsArray(), item => verifyItem(item!.AsObject()));
    }

    /// <summary>Fails unless the answer is a complete problem document that shows no internals of the service.</summary>
    public static void VerifyProblem(Answer answer)
    {
        Assert.True(answer.ContentType?.Split(';')[0] == "application/problem+json", answer.ToString());
        var problem = answer.Json;
        Assert.Equal(
            ProblemProperties.Concat(answer.Status == 400 ? ["errors"] : []).Order(),
            Names(problem));
        Assert.Equal(answer.Status, (int)problem["status"]!);
        Assert.EndsWith($"/docs/errors#{(string)problem["code"]!}", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.True(ErrorCodes.Documented.Contains((string)problem["code"]!), answer.ToString());
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        Assert.StartsWith("/", (string)problem["instance"]!, StringComparison.Ordinal);
        Assert.Matches(TraceId(), (string)problem["trace_id"]!);
        Assert.DoesNotContain(Internals, word => answer.Text.Contains(word, StringComparison.Ordinal));

        if (answer.Status == 400)
        {
            Assert.NotEmpty(problem["errors"]!.AsArray());
            Assert.All(problem["errors"]!.AsArray(), error => VerifyFault(error!.AsObject()));
        }
    }

    /// <summary>
    /// Fails unless the answer has one line for each fault, in the order of the file, and then the summary. The status must be 200 exactly
    /// if the import was applied, was a dry run or refused no row.
    /// </summary>
    public static void VerifyImportReport(Answer answer)
    {
        Assert.EndsWith("\n", answer.Text, StringComparison.Ordinal);
        var (faults, summary) = (answer.Lines.SkipLast(1).ToList(), answer.Lines[^1]);
        Assert.Equal(SummaryProperties, Names(summary));
        Assert.Equal(
            answer.Status == 200,
            (bool)summary["applied"]! || (bool)summary["dry_run"]! || (long)summary["refused"]! == 0);
        if ((long)summary["faults_omitted"]! == 0)
        {
            Assert.Equal((long)summary["refused"]!, faults.Select(fault => (long)fault["line"]!).Distinct().Count());
            Assert.Equal(
                faults.Select(fault => $"{fault["line"]} {fault["column"]} {fault["code"]}").Distinct().Count(),
                summary["faults"]!.AsArray().Sum(group => (long)group!["rows"]!));
        }

        Assert.All(summary["faults"]!.AsArray(), group =>
            Assert.Equal(["code", "column", "details", "lines", "rows"], Names(group!.AsObject())));
        Assert.Equal(faults.Select(fault => (long)fault["line"]!).Order(), faults.Select(fault => (long)fault["line"]!));
        Assert.All(faults, fault =>
        {
            Assert.Equal(["code", "column", "detail", "line"], Names(fault));
            Assert.Matches(Code(), (string)fault["code"]!);
            Assert.NotEmpty((string)fault["detail"]!);
        });
        Assert.DoesNotContain(Internals, word => answer.Text.Contains(word, StringComparison.Ordinal));
    }

    private static void VerifyFault(JsonObject fault)
    {
        string[] places = ["parameter", "line", "pointer"];
        var place = places.First(place => place == "pointer" || fault.ContainsKey(place));
        Assert.Equal(new[] { "code", "detail", place }.Order(), Names(fault));
        Assert.Matches(Code(), (string)fault["code"]!);
        Assert.NotEmpty((string)fault["detail"]!);
        if (place == "pointer")
        {
            Assert.Matches(Pointer(), (string)fault["pointer"]!);
        }
    }

    private static void VerifyIdAndTimes(JsonObject resource)
    {
        Assert.Matches(Uuid7(), (string)resource["id"]!);
        Assert.Matches(Time(), (string)resource["created_at"]!);
        Assert.Matches(Time(), (string)resource["updated_at"]!);
        Assert.True(
            DateTimeOffset.Parse((string)resource["created_at"]!, null) <= DateTimeOffset.Parse((string)resource["updated_at"]!, null),
            resource.ToJsonString());
    }

    private static void VerifyIds(JsonArray ids)
    {
        var texts = ids.Select(id => (string)id!).ToArray();
        Assert.All(texts, text => Assert.Matches(Uuid7(), text));
        Assert.Equal(texts.Distinct().Order(StringComparer.Ordinal), texts);
    }

    private static IEnumerable<string> Names(JsonObject json) => json.Select(property => property.Key).Order();

    [GeneratedRegex(@"\A[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\z")]
    private static partial Regex Uuid7();

    [GeneratedRegex(@"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z\z")]
    private static partial Regex Time();

    [GeneratedRegex(@"\A[a-z]+(_[a-z]+)*\z")]
    private static partial Regex Code();

    [GeneratedRegex(@"\A[0-9a-f]{32}\z")]
    private static partial Regex TraceId();

    // RFC 6901: empty, or a slash before each part, with ~ escaped.
    [GeneratedRegex(@"\A(/([^~/]|~[01])*)*\z")]
    private static partial Regex Pointer();
}
