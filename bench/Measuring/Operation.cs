using System.Globalization;
using CleanWorkspace.Benchmarks.Floor;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>An operation of the API under load.</summary>
/// <param name="Name">The name on the command line and in the data.</param>
/// <param name="Title">The title in tables.</param>
/// <param name="Request">
/// The body of the Lua function <c>request()</c>. <c>n</c> is the number of the request, <c>run</c> is the number of the run, and
/// <c>user()</c> and <c>group()</c> return random ids.
/// </param>
/// <param name="Sql">The same operation as a script of pgbench, or null if only the service is measured.</param>
internal sealed record Operation(string Name, string Title, string Request, Func<Workspace, string>? Sql = null)
{
    private const string Actor = "key:019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    // A UUID version 7, as the service makes it.
    private const string NewId =
        "(lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')"
        + " || '7' || substr(md5(:a::text), 1, 3) || '8' || substr(md5(:a::text), 4, 15))::uuid";

    private const string Random = @"\set a random(1, 9000000000000000)";

    /// <summary>True if the operation changes rows.</summary>
    public bool IsWrite => !Request.Contains("\"GET\"", StringComparison.Ordinal);

    /// <summary>The operations that are compared with the floor.</summary>
    public static IReadOnlyList<Operation> Compared { get; } =
    [
        new("get-user", "GET /user/{id}", """return wrk.format("GET", "/user/" .. user())""", workspace => $"""
            \set n random(1, {workspace.Users})
            SELECT {FloorUsers.Columns}, {FloorUsers.Groups} FROM users AS u WHERE u.id = {workspace.UserIdSql(":n")};
            """),
        new("list-users", "GET /user", """return wrk.format("GET", "/user")""", _ => $"""
            SELECT {FloorUsers.Columns}, {FloorUsers.Groups}, ({FloorUsers.Count})
            FROM (SELECT * FROM users ORDER BY id LIMIT 50) AS u ORDER BY u.id;
            """),
        new(
            "create-user",
            "POST /user",
            """
            return wrk.format("POST", "/user", nil, string.format(
              '{"email":"ada.%d.%d@example.com","first_name":"Ada","last_name":"Lovelace","role":"editor"}', run, n))
            """,
            _ => $"""
            {Random}
            INSERT INTO users AS u (id, first_name, last_name, email, folded_email, role)
            SELECT {NewId}, 'Ada', 'Lovelace', 'ada.' || :a || '@example.com', 'ada.' || :a || '@example.com', 'editor'
            WHERE {SetCaller("users", "Users_createNewUser")} RETURNING {FloorUsers.Columns};
            """),
        new(
            "update-user",
            "PATCH /user/{id}",
            """return wrk.format("PATCH", "/user/" .. user(), nil, string.format('{"first_name":"Ada %d %d"}', run, n))""",
            workspace => $"""
            \set n random(1, {workspace.Users})
            {Random}
            UPDATE users AS u SET first_name = 'Ada ' || :a, version = u.version + 1, updated_at = touched_at(u.updated_at)
            WHERE u.id = {workspace.UserIdSql(":n")} AND u.first_name IS DISTINCT FROM 'Ada ' || :a
                AND {SetCaller("users", "Users_updateById")}
            RETURNING {FloorUsers.Columns}, {FloorUsers.Groups};
            """),
        new("get-group", "GET /auth/group/{id}", """return wrk.format("GET", "/auth/group/" .. group())""", workspace => $"""
            \set n random(1, {workspace.OrdinaryGroups})
            SELECT {FloorGroups.Columns}, {FloorGroups.Users} FROM user_groups AS g WHERE g.id = {workspace.GroupIdSql(":n")};
            """),
        new("list-groups", "GET /auth/group", """return wrk.format("GET", "/auth/group")""", _ => $"""
            SELECT {FloorGroups.Columns}, {FloorGroups.Users}, ({FloorGroups.Count})
            FROM (SELECT * FROM user_groups ORDER BY id LIMIT 50) AS g ORDER BY g.id;
            """),
        new(
            "create-group",
            "POST /auth/group",
            """
            return wrk.format("POST", "/auth/group", nil, string.format(
              '{"name":"Mathematicians %d %d","icon":"abacus","description":"Those who work on the engine."}', run, n))
            """,
            _ => $"""
            {Random}
            INSERT INTO user_groups AS g (id, name, icon, description)
            SELECT {NewId}, 'Mathematicians ' || :a, 'abacus', 'Those who work on the engine.'
            WHERE {SetCaller("user_groups", "UserGroups_createNewGroup")} RETURNING {FloorGroups.Columns};
            """),
        new(
            "update-group",
            "PATCH /auth/group/{id}",
            """return wrk.format("PATCH", "/auth/group/" .. group(), nil, string.format('{"name":"Mathematicians %d %d"}', run, n))""",
            workspace => $"""
            \set n random(1, {workspace.OrdinaryGroups})
            {Random}
            UPDATE user_groups AS g SET name = 'Mathematicians ' || :a, version = g.version + 1, updated_at = touched_at(g.updated_at)
            WHERE g.id = {workspace.GroupIdSql(":n")} AND g.name IS DISTINCT FROM 'Mathematicians ' || :a
                AND {SetCaller("user_groups", "UserGroups_updateById")}
            RETURNING {FloorGroups.Columns}, {FloorGroups.Users};
            """),
    ];

    /// <summary>Returns the title of the operation with this name.</summary>
    public static string TitleOf(string name) => Compared.Single(operation => operation.Name == name).Title;

    private static string SetCaller(string resource, string operation) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        set_config('workspace.write',
            '{"resource":"{{resource}}","actor":"{{Actor}}","operation":"{{operation}}","trace_id":"{{Trace}}"}', true) IS NOT NULL
        """);
}
