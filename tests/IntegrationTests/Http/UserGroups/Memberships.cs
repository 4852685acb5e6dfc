using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.UserGroups;

/// <summary>Reads and writes for the tests of memberships.</summary>
internal static class Memberships
{
    /// <summary>Returns everything that a write could change: both resources, their tags and their numbers of audit entries.</summary>
    public static async Task<string> ReadBothAsync(this ServiceFixture service, string user, string group)
    {
        var answers = await Task.WhenAll(service.GetAsync($"/user/{user}"), service.GetAsync($"/auth/group/{group}"));
        return $"""
            {string.Join('\n', answers.Select(answer => $"{answer.MustBe(200).Text} {answer.Headers.ETag}"))}
            {await service.CountEntriesAsync(user)} {await service.CountEntriesAsync(group)}
            """;
    }

    /// <summary>Returns a group's rows of memberships, ascending by user. Each has its place in the table and its transaction.</summary>
    public static async Task<string[]> ReadMembershipRowsAsync(this ServiceFixture service, string group) =>
        (string[])(await service.ExecuteAsync(
            $"SELECT array_agg(concat_ws(' ', user_id, ctid, xmin) ORDER BY user_id) FROM memberships WHERE group_id = '{group}'"))!;

    public static async Task<JsonObject> LastEntryAsync(this ServiceFixture service, string resource)
    {
        var list = (await service.GetAsync($"/auth/audit?page_size=1&resource={resource}")).MustBe(200).Json;
        return list["results"]!.AsArray().Single()!.AsObject();
    }

    public static Task<int> CountEntriesAsync(this ServiceFixture service, string resource) =>
        service.CountAsync("/auth/audit", $"resource={resource}");

    public static Task<Answer> SendIfMatchAsync(
        this ServiceFixture service, HttpMethod method, string path, string condition, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        request.Headers.TryAddWithoutValidation("If-Match", condition);
        return service.SendAsync(request);
    }
}
