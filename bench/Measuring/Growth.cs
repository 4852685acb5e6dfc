using System.Text.Json;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>The cost of one operation of the service by the number of users, with one connection.</summary>
/// <param name="Name">The name of the operation in the data.</param>
/// <param name="Title">The title in tables.</param>
/// <param name="Costs">The cost by the number of users.</param>
internal sealed record Growth(string Name, string Title, IReadOnlyDictionary<int, Load> Costs)
{
    public const string MemberOfBig = "member-big";
    public const string MemberOfSmall = "member-small";
    public const string Search = "search";

    private const int PageSize = 50;

    /// <summary>The operations whose cost must not depend on the number of users.</summary>
    public static IReadOnlyList<string> SizeIndependent { get; } = ["list-users", "next-page", "get-user", "create-user", "update-user"];

    /// <summary>The ratio of the p50 with the most users to the p50 with the fewest users.</summary>
    public double Factor => Costs.MaxBy(cost => cost.Key).Value.P50 / Costs.MinBy(cost => cost.Key).Value.P50;

    public static async Task<List<Growth>> RunAsync(
        BenchmarkSettings settings,
        IReadOnlyList<BenchmarkDatabase> databases,
        string service,
        string wrk,
        int? server,
        Progress progress,
        CancellationToken cancellationToken)
    {
        var programs = new List<(BenchmarkDatabase Database, HostedProgram Program, Wrk Wrk)>();
        try
        {
            foreach (var database in databases)
            {
                var program = await HostedProgram.StartServiceAsync(
                    service, database.ConnectionString, database.Token, database.Workspace.UserId(1), cancellationToken);
                programs.Add((database, program, new Wrk(wrk, database.Workspace, server)));
            }

            var growth = new List<Growth>();
            foreach (var candidate in Candidates())
            {
                if (await MeasureAsync(candidate) is { } measured)
                {
                    growth.Add(measured);
                }
                else
                {
                    progress.Write($"{candidate.Title}: skipped, the service does not support it");
                }
            }

            return growth;

            // All sizes take turns, so that other work on the machine affects all of them.
            async Task<Growth?> MeasureAsync(Candidate candidate)
            {
                var turns = new List<(BenchmarkDatabase Database, HostedProgram Program, Wrk Wrk, Operation Operation, List<Load> Loads)>();
                foreach (var (database, program, tool) in programs)
                {
                    if (await candidate.MakeRequestAsync(program, database.Workspace, cancellationToken) is not { } request)
                    {
                        return null;
                    }

                    turns.Add((database, program, tool, new Operation(candidate.Name, candidate.Title, request), []));
                    await tool.WarmUpAsync(program, turns[^1].Operation, 1, cancellationToken);
                }

                for (var round = 0; round < settings.Rounds; round++)
                {
                    progress.Write($"{candidate.Title}, all sizes, round {round + 1} of {settings.Rounds}");
                    foreach (var (database, program, tool, operation, loads) in round % 2 == 0 ? turns : turns.AsEnumerable().Reverse())
                    {
                        loads.Add(await tool.RunAsync(program, operation, 1, settings.Seconds, cancellationToken));
                        if (operation.IsWrite)
                        {
                            await database.RemoveWritesAsync(cancellationToken);
                        }
                    }
                }

                var costs = turns.ToDictionary(turn => turn.Database.Workspace.Users, turn => Comparison.Median(turn.Loads));
                return new Growth(candidate.Name, candidate.Title, costs);
            }
        }
        finally
        {
            foreach (var (_, program, _) in programs)
            {
                await program.DisposeAsync();
            }
        }
    }

    private static IEnumerable<Candidate> Candidates() =>
    [
        .. Operation.Compared.Select(operation =>
            new Candidate(operation.Name, operation.Title, (_, _, _) => Task.FromResult<string?>(operation.Request))),
        new("next-page", "GET /user, links.next at 90 %", MakeNextPageAsync),
        ForPath("page", "GET /user?page= at 90 %", workspace => $"/user?page={DeepPage(workspace)}"),
        ForParameter("fields", "GET /user?fields=id,email", _ => "/user?fields=id,email"),
        ForParameter("role", "GET /user?role=editor", _ => "/user?role=editor"),
        ForParameter("user-group", "GET /user?user_group=", workspace => $"/user?user_group={workspace.GroupId(1)}"),
        ForParameter("sort", "GET /user?sort=last_name", _ => "/user?sort=last_name"),
        new(Search, "GET /user?q=, part of a name", MakeSearchAsync),
        ForParameter("group-fields", "GET /auth/group?fields=id,name", _ => "/auth/group?fields=id,name"),
        ForParameter("group-search", "GET /auth/group?q=&fields=id,name", _ => "/auth/group?q=man&fields=id,name"),
        ForPath(
            "members",
            "GET /auth/group/{id}/users, big group",
            workspace => $"/auth/group/{workspace.GroupId(workspace.BigGroup)}/users"),
        new("members-sorted", "GET /auth/group/{id}/users?sort=last_name, big group, links.next at 90 %", MakeNextSortedMembersAsync),
        ForMember(MemberOfSmall, "add and remove a member, small group", workspace => workspace.SmallGroup),
        ForMember(MemberOfBig, "add and remove a member, big group", workspace => workspace.BigGroup),
    ];

    private static int DeepPage(Workspace workspace) => workspace.Users / PageSize * 9 / 10;

    private static Candidate ForPath(string name, string title, Func<Workspace, string> pathOf) =>
        new(name, title, (program, workspace, token) => MakeGetAsync(program, pathOf(workspace), token));

    private static Candidate ForParameter(string name, string title, Func<Workspace, string> pathOf) =>
        new(name, title, (program, workspace, token) => MakeFilteredGetAsync(program, pathOf(workspace), token));

    private static Candidate ForMember(string name, string title, Func<Workspace, int> groupOf) =>
        new(name, title, (program, workspace, token) => MakeMemberChangeAsync(program, workspace, groupOf(workspace), token));

    private static async Task<string?> MakeNextPageAsync(
        HostedProgram program, Workspace workspace, CancellationToken cancellationToken)
    {
        var page = await GetAsync(program, $"/user?page={DeepPage(workspace)}", cancellationToken);
        return Get(new Uri(page!.Value.GetProperty("links").GetProperty("next").GetString()!).PathAndQuery);
    }

    private static async Task<string?> MakeNextSortedMembersAsync(
        HostedProgram program, Workspace workspace, CancellationToken cancellationToken)
    {
        var path = $"/auth/group/{workspace.GroupId(workspace.BigGroup)}/users?sort=last_name";
        if (await GetAsync(program, path, cancellationToken) is not { } first)
        {
            return null;
        }

        var deepPage = Math.Max(first.GetProperty("total_pages").GetInt32() * 9 / 10, 1);
        var page = await GetAsync(program, $"{path}&page={deepPage}", cancellationToken);
        return Get(new Uri(page!.Value.GetProperty("links").GetProperty("next").GetString()!).PathAndQuery);
    }

    private static async Task<string?> MakeSearchAsync(
        HostedProgram program, Workspace workspace, CancellationToken cancellationToken)
    {
        var user = await GetAsync(program, $"/user/{workspace.UserId(workspace.Users / 2)}", cancellationToken);
        var part = user!.Value.GetProperty("last_name").GetString()![1..5];
        return await MakeFilteredGetAsync(program, $"/user?q={Uri.EscapeDataString(part)}", cancellationToken);
    }

    // Adds and removes a user that is in neither group. So the group stays the same.
    private static async Task<string?> MakeMemberChangeAsync(
        HostedProgram program, Workspace workspace, int group, CancellationToken cancellationToken)
    {
        var path = $"/auth/group/{workspace.GroupId(group)}/users/{workspace.UserId(Workspace.SmallGroupMembers + 1)}";
        using var added = await program.Client.PutAsync(new Uri(path, UriKind.Relative), null, cancellationToken);
        using var removed = await program.Client.DeleteAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return added.IsSuccessStatusCode && removed.IsSuccessStatusCode
            ? $"""return wrk.format(n % 2 == 1 and "PUT" or "DELETE", "{path}")"""
            : null;
    }

    // Skips a service that ignores unknown parameters, because it would ignore this one too.
    private static async Task<string?> MakeFilteredGetAsync(HostedProgram program, string path, CancellationToken cancellationToken) =>
        await GetAsync(program, $"{path}&no_such_parameter=1", cancellationToken) is null
            ? await MakeGetAsync(program, path, cancellationToken)
            : null;

    private static async Task<string?> MakeGetAsync(HostedProgram program, string path, CancellationToken cancellationToken) =>
        await GetAsync(program, path, cancellationToken) is null ? null : Get(path);

    private static async Task<JsonElement?> GetAsync(HostedProgram program, string path, CancellationToken cancellationToken)
    {
        using var answer = await program.Client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) : null;
    }

    private static string Get(string path) => $"""return wrk.format("GET", "{path}")""";

    /// <summary>An operation to measure.</summary>
    /// <param name="Name">The name in the data.</param>
    /// <param name="Title">The title in tables.</param>
    /// <param name="MakeRequestAsync">Returns the request in Lua, or null if the service does not support it.</param>
    private sealed record Candidate(
        string Name, string Title, Func<HostedProgram, Workspace, CancellationToken, Task<string?>> MakeRequestAsync);
}
