using System.Text.Json;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>The operations on user groups. Each sends one statement.</summary>
internal sealed class FloorGroups(NpgsqlDataSource database)
{
    public const string Columns = "g.id, g.name, g.icon, g.description, g.created_at, g.updated_at, g.version";

    public const string Users = "ARRAY(SELECT m.user_id FROM memberships AS m WHERE m.group_id = g.id ORDER BY m.user_id)";

    public const string Count = "SELECT sum(count)::bigint FROM row_counts WHERE list = 'user_groups'";

    private const string Get = $"SELECT {Columns}, {Users} FROM user_groups AS g WHERE g.id = $1";

    private const string List = $"""
        SELECT {Columns}, {Users}, ({Count})
        FROM (SELECT * FROM user_groups WHERE id > $1 ORDER BY id LIMIT $2) AS g ORDER BY g.id
        """;

    private const string Insert = $"""
        INSERT INTO user_groups AS g (id, name, icon, description)
        SELECT $1, $2, $3, $4 WHERE set_config('workspace.write', $5, true) IS NOT NULL
        RETURNING {Columns}
        """;

    private const string NewValues =
        "coalesce($2, g.name), CASE WHEN $3 THEN $4 ELSE g.icon END, CASE WHEN $5 THEN $6 ELSE g.description END";

    private const string Update = $"""
        UPDATE user_groups AS g
        SET (name, icon, description) = ROW ({NewValues}), version = g.version + 1, updated_at = touched_at(g.updated_at)
        WHERE g.id = $1 AND set_config('workspace.write', $7, true) IS NOT NULL
            AND ROW (g.name, g.icon, g.description) IS DISTINCT FROM ROW ({NewValues})
        RETURNING {Columns}, {Users}
        """;

    public void Map(WebApplication app)
    {
        app.Map("/auth/group", context => context.Request.Method switch
        {
            "GET" => ListAsync(context),
            "POST" => CreateAsync(context),
            _ => Refuse(context, StatusCodes.Status405MethodNotAllowed),
        });
        app.Map("/auth/group/{id}", context => !Uuid.TryParse((string?)context.Request.RouteValues["id"], out var id)
            ? Refuse(context, StatusCodes.Status404NotFound)
            : context.Request.Method switch
            {
                "GET" => GetAsync(context, id),
                "PATCH" => UpdateAsync(context, id),
                _ => Refuse(context, StatusCodes.Status405MethodNotAllowed),
            });
    }

    private async Task GetAsync(HttpContext context, Guid id)
    {
        FloorGroup? group = null;
        var version = 0L;
        await using (var command = database.CreateCommand(Get))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            if (await reader.ReadAsync(context.RequestAborted))
            {
                group = Read(reader, reader.GetFieldValue<Guid[]>(7));
                version = reader.GetInt64(6);
            }
        }

        await (group is null ? Refuse(context, StatusCodes.Status404NotFound) : ShowAsync(context, group, version));
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!FloorPage.TryRead(context.Request, out var page))
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        var results = new List<FloorGroup>(FloorPage.Size);
        var count = 0L;
        await using (var command = database.CreateCommand(List))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = page.After });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = FloorPage.Size });
            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            while (await reader.ReadAsync(context.RequestAborted))
            {
                results.Add(Read(reader, reader.GetFieldValue<Guid[]>(7)));
                count = reader.GetInt64(8);
            }
        }

        if (results.Count == 0)
        {
            await using var counting = database.CreateCommand(Count);
            count = (long)(await counting.ExecuteScalarAsync(context.RequestAborted))!;
        }

        await context.Response.WriteAsJsonAsync(
            page.Show(context.Request, (int)count, results, group => group.Id),
            FloorJson.Relaxed.FloorListFloorGroup,
            cancellationToken: context.RequestAborted);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = (await JsonSerializer.DeserializeAsync(context.Request.Body, FloorJson.Relaxed.FloorGroupBody, context.RequestAborted))!;
        if (!IsValid(body))
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        var (group, version) = await InsertAsync(context, body);
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"{context.Request.Scheme}://{context.Request.Host.Value}/auth/group/{group.Id}";
        await ShowAsync(context, group, version);
    }

    private async Task<(FloorGroup Group, long Version)> InsertAsync(HttpContext context, FloorGroupBody body)
    {
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Uuid.CreateVersion7(TimeProvider.System) });
        command.Parameters.Add(Text(body.Name is null ? null : UserGroup.NameRule.Normalize(body.Name)));
        command.Parameters.Add(Text(UserGroup.IconRule.Normalize(body.Icon)));
        command.Parameters.Add(Text(UserGroup.DescriptionRule.Normalize(body.Description)));
        command.Parameters.Add(Text(FloorKeys.DescribeCaller(context, "user_groups", "UserGroups_createNewGroup")));
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        await reader.ReadAsync(context.RequestAborted);
        return (Read(reader, []), reader.GetInt64(6));
    }

    private async Task UpdateAsync(HttpContext context, Guid id)
    {
        var body = (await JsonSerializer.DeserializeAsync(context.Request.Body, FloorJson.Relaxed.FloorGroupBody, context.RequestAborted))!;
        if (!IsValid(body))
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        FloorGroup? group = null;
        var version = 0L;
        await using (var command = database.CreateCommand(Update))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            command.Parameters.Add(Text(body.Name is null ? null : UserGroup.NameRule.Normalize(body.Name)));
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = body.HasIcon });
            command.Parameters.Add(Text(UserGroup.IconRule.Normalize(body.Icon)));
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = body.HasDescription });
            command.Parameters.Add(Text(UserGroup.DescriptionRule.Normalize(body.Description)));
            command.Parameters.Add(Text(FloorKeys.DescribeCaller(context, "user_groups", "UserGroups_updateById")));
            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            if (await reader.ReadAsync(context.RequestAborted))
            {
                group = Read(reader, reader.GetFieldValue<Guid[]>(7));
                version = reader.GetInt64(6);
            }
        }

        // If no row was updated, either nothing changes or the group does not exist.
        await (group is null ? GetAsync(context, id) : ShowAsync(context, group, version));
    }

    private static bool IsValid(FloorGroupBody body) =>
        (body.Name is null || UserGroup.NameRule.Check(body.Name) is null)
        && UserGroup.IconRule.Check(body.Icon) is null
        && UserGroup.DescriptionRule.Check(body.Description) is null;

    private static NpgsqlParameter Text(string? value) =>
        new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    private static FloorGroup Read(NpgsqlDataReader reader, Guid[] users) => new(
        reader.GetGuid(0),
        reader.IsDBNull(1) ? null : reader.GetString(1),
        reader.IsDBNull(2) ? null : reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetString(3),
        users,
        reader.GetDateTime(4),
        reader.GetDateTime(5));

    private static Task ShowAsync(HttpContext context, FloorGroup group, long version)
    {
        context.Response.Headers.ETag = $"\"{version}\"";
        return context.Response.WriteAsJsonAsync(group, FloorJson.Relaxed.FloorGroup, cancellationToken: context.RequestAborted);
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
