using System.Text.Json;
using CleanWorkspace.Benchmarks.Reporting;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>What a request of the service costs in workspaces of different sizes, with one connection.</summary>
/// <param name="Name">Of what.</param>
/// <param name="Title">What it is called in tables.</param>
/// <param name="Costs">By the number of users, ascending.</param>
internal sealed record Growth(string Name, string Title, IReadOnlyDictionary<int, Load> Costs)
{
    public const string MemberOfBig = "member-big";
    public const string MemberOfSmall = "member-small";
    public const string Search = "search";

    private const int PageSize = 50;

    /// <summary>What must cost about the same at any size.</summary>
    public static IReadOnlyList<string> Flat { get; } = ["list-users", "next-page", "get-user", "create-user", "update-user"];

    /// <summary>The most users' cost to the fewest users'.</summary>
    public double Factor => Costs.MaxBy(cost => cost.Key).Value.P50 / Costs.MinBy(cost => cost.Key).Value.P50;

    public static async Task<List<Growth>> RunAsync(
        BenchmarkSettings settings, IReadOnlyList<BenchmarkDatabase> databases, string service, string wrk, int? server, Progress progress, CancellationToken cancellationToken)
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

            var lines = new List<Growth>();
            foreach (var line in Lines())
            {
                if (await MeasureAsync(line) is { } measured)
                {
                    lines.Add(measured);
                }
                else
                {
                    progress.Say($"{line.Title}: the service has no such thing; left out");
                }
            }

            return lines;

            // All sizes take turns, so that a moment at which the machine does something else is no size's own.
            async Task<Growth?> MeasureAsync(Line line)
            {
                var turns = new List<(BenchmarkDatabase Database, HostedProgram Program, Wrk Wrk, Operation Operation, List<Load> Loads)>();
                foreach (var (database, program, tool) in programs)
                {
                    if (await line.MakeAsync(program, database.Workspace, cancellationToken) is not { } request)
                    {
                        return null;
                    }

                    turns.Add((database, program, tool, new Operation(line.Name, line.Title, request), []));
                    await tool.WarmUpAsync(program, turns[^1].Operation, 1, cancellationToken);
                }

                for (var round = 0; round < settings.Rounds; round++)
                {
                    progress.Say($"{line.Title}, every size, round {round + 1} of {settings.Rounds}");
                    foreach (var (database, program, tool, operation, loads) in round % 2 == 0 ? turns : turns.AsEnumerable().Reverse())
                    {
                        loads.Add(await tool.RunAsync(program, operation, 1, settings.Seconds, cancellationToken));
                        if (operation.IsWrite)
                        {
                            await database.ForgetWritesAsync(cancellationToken);
                        }
                    }
                }

                return new Growth(line.Name, line.Title, turns.ToDictionary(turn => turn.Database.Workspace.Users, turn => Comparison.Median(turn.Loads)));
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

    private static IEnumerable<Line> Lines() =>
    [
        .. Operation.Compared.Select(operation => new Line(operation.Name, operation.Title, (_, _, _) => Task.FromResult<string?>(operation.Request))),
        new("next-page", "links.next at 90 %", NextPageAsync),
        Of("page", "?page= at 90 %", workspace => $"/user?page={DeepPage(workspace)}"),
        OfParameter("fields", "?fields=id,email", _ => "/user?fields=id,email"),
        OfParameter("role", "?role=editor", _ => "/user?role=editor"),
        OfParameter("user-group", "?user_group=", workspace => $"/user?user_group={workspace.GroupId(1)}"),
        OfParameter("sort", "?sort=last_name", _ => "/user?sort=last_name"),
        new(Search, "?q= (part of a name)", SearchAsync),
        OfParameter("group-fields", "GET /auth/group?fields=id,name", _ => "/auth/group?fields=id,name"),
        OfParameter("group-search", "GET /auth/group?q=&fields=id,name", _ => "/auth/group?q=man&fields=id,name"),
        Of("members", "GET /auth/group/{id}/users, the big one", workspace => $"/auth/group/{workspace.GroupId(workspace.BigGroup)}/users"),
        new("members-sorted", "links.next of the big one's users by last name, at 90 %", NextSortedMembersAsync),
        OfMember(MemberOfSmall, "a member of the group of 10 added, removed", workspace => workspace.SmallGroup),
        OfMember(MemberOfBig, "a member of the big group added, removed", workspace => workspace.BigGroup),
    ];

    private static int DeepPage(Workspace workspace) => workspace.Users / PageSize * 9 / 10;

    private static Line Of(string name, string title, Func<Workspace, string> pathOf) =>
        new(name, title, (program, workspace, stop) => FindAsync(program, pathOf(workspace), stop));

    private static Line OfParameter(string name, string title, Func<Workspace, string> pathOf) =>
        new(name, title, (program, workspace, stop) => FindFilteredAsync(program, pathOf(workspace), stop));

    private static Line OfMember(string name, string title, Func<Workspace, int> groupOf) =>
        new(name, title, (program, workspace, stop) => ChangeMemberAsync(program, workspace, groupOf(workspace), stop));

    private static async Task<string?> NextPageAsync(HostedProgram program, Workspace workspace, CancellationToken cancellationToken)
    {
        var page = await GetAsync(program, $"/user?page={DeepPage(workspace)}", cancellationToken);
        return Get(new Uri(page!.Value.GetProperty("links").GetProperty("next").GetString()!).PathAndQuery);
    }

    private static async Task<string?> NextSortedMembersAsync(HostedProgram program, Workspace workspace, CancellationToken cancellationToken)
    {
        var path = $"/auth/group/{workspace.GroupId(workspace.BigGroup)}/users?sort=last_name";
        if (await GetAsync(program, path, cancellationToken) is not { } first)
        {
            return null;
        }

        var page = await GetAsync(program, $"{path}&page={Math.Max(first.GetProperty("total_pages").GetInt32() * 9 / 10, 1)}", cancellationToken);
        return Get(new Uri(page!.Value.GetProperty("links").GetProperty("next").GetString()!).PathAndQuery);
    }

    private static async Task<string?> SearchAsync(HostedProgram program, Workspace workspace, CancellationToken cancellationToken)
    {
        var user = await GetAsync(program, $"/user/{workspace.UserId(workspace.Users / 2)}", cancellationToken);
        var part = user!.Value.GetProperty("last_name").GetString()![1..5];
        return await FindFilteredAsync(program, $"/user?q={Uri.EscapeDataString(part)}", cancellationToken);
    }

    // One after the other, of one who is in neither group; so both leave things as they were, or nearly.
    private static async Task<string?> ChangeMemberAsync(HostedProgram program, Workspace workspace, int group, CancellationToken cancellationToken)
    {
        var path = $"/auth/group/{workspace.GroupId(group)}/users/{workspace.UserId(Workspace.SmallGroupMembers + 1)}";
        using var added = await program.Client.PutAsync(new Uri(path, UriKind.Relative), null, cancellationToken);
        using var removed = await program.Client.DeleteAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return added.IsSuccessStatusCode && removed.IsSuccessStatusCode
            ? $"""return wrk.format(n % 2 == 1 and "PUT" or "DELETE", "{path}")"""
            : null;
    }

    // A service that knows no parameters would ignore these.
    private static async Task<string?> FindFilteredAsync(HostedProgram program, string path, CancellationToken cancellationToken) =>
        await GetAsync(program, $"{path}&no_such_parameter=1", cancellationToken) is null ? await FindAsync(program, path, cancellationToken) : null;

    private static async Task<string?> FindAsync(HostedProgram program, string path, CancellationToken cancellationToken) =>
        await GetAsync(program, path, cancellationToken) is null ? null : Get(path);

    private static async Task<JsonElement?> GetAsync(HostedProgram program, string path, CancellationToken cancellationToken)
    {
        using var answer = await program.Client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken) : null;
    }

    private static string Get(string path) => $"""return wrk.format("GET", "{path}")""";

    /// <summary>A request to measure.</summary>
    /// <param name="Name">Of what.</param>
    /// <param name="Title">What it is called in tables.</param>
    /// <param name="MakeAsync">The request in Lua; null where the service has no such thing.</param>
    private sealed record Line(string Name, string Title, Func<HostedProgram, Workspace, CancellationToken, Task<string?>> MakeAsync);
}
