using System.Text.Json;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Npgsql;
using NpgsqlTypes;

namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>The operations on users. Each sends one statement.</summary>
internal sealed class FloorUsers(NpgsqlDataSource database)
{
    public const string Columns = "u.id, u.first_name, u.last_name, u.email, u.role, u.created_at, u.updated_at, u.version";

    public const string Groups = "ARRAY(SELECT m.group_id FROM memberships AS m WHERE m.user_id = u.id ORDER BY m.group_id)";

    public const string Count = "SELECT sum(count)::bigint FROM row_counts WHERE list = 'users'";

    private const string Get = $"SELECT {Columns}, {Groups} FROM users AS u WHERE u.id = $1";

    private const string List = $"""
        SELECT {Columns}, {Groups}, ({Count})
        FROM (SELECT * FROM users WHERE id > $1 ORDER BY id LIMIT $2) AS u ORDER BY u.id
        """;

    private const string Insert = $"""
        INSERT INTO users AS u (id, first_name, last_name, email, folded_email, role)
        SELECT $1, $2, $3, $4, $5, $6 WHERE set_config('workspace.write', $7, true) IS NOT NULL
        RETURNING {Columns}
        """;

    private const string NewNames = "CASE WHEN $2 THEN $3 ELSE u.first_name END, CASE WHEN $4 THEN $5 ELSE u.last_name END";

    private const string UpdateNames = $"""
        UPDATE users AS u SET (first_name, last_name) = ROW ({NewNames}), version = u.version + 1, updated_at = touched_at(u.updated_at)
        WHERE u.id = $1 AND set_config('workspace.write', $6, true) IS NOT NULL
            AND ROW (u.first_name, u.last_name) IS DISTINCT FROM ROW ({NewNames})
        RETURNING {Columns}, {Groups}
        """;

    // A statement of its own, because the trigger that counts roles runs whenever the statement sets the role.
    private const string Update = $"""
        UPDATE users AS u
        SET (first_name, last_name, role) = ROW ({NewNames}, $7), version = u.version + 1, updated_at = touched_at(u.updated_at)
        WHERE u.id = $1 AND set_config('workspace.write', $6, true) IS NOT NULL
            AND ROW (u.first_name, u.last_name, u.role) IS DISTINCT FROM ROW ({NewNames}, $7)
        RETURNING {Columns}, {Groups}
        """;

    public void Map(WebApplication app)
    {
        app.Map("/user", context => context.Request.Method switch
        {
            "GET" => ListAsync(context),
            "POST" => CreateAsync(context),
            _ => Refuse(context, StatusCodes.Status405MethodNotAllowed),
        });
        app.Map("/user/{id}", context => !Uuid.TryParse((string?)context.Request.RouteValues["id"], out var id)
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
        FloorUser? user = null;
        var version = 0L;
        await using (var command = database.CreateCommand(Get))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            if (await reader.ReadAsync(context.RequestAborted))
            {
                user = Read(reader, reader.GetFieldValue<Guid[]>(8));
                version = reader.GetInt64(7);
            }
        }

        await (user is null ? Refuse(context, StatusCodes.Status404NotFound) : ShowAsync(context, user, version));
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!FloorPage.TryRead(context.Request, out var page))
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        var results = new List<FloorUser>(FloorPage.Size);
        var count = 0L;
        await using (var command = database.CreateCommand(List))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = page.After });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = FloorPage.Size });
            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            while (await reader.ReadAsync(context.RequestAborted))
            {
                results.Add(Read(reader, reader.GetFieldValue<Guid[]>(8)));
                count = reader.GetInt64(9);
            }
        }

        if (results.Count == 0)
        {
            await using var counting = database.CreateCommand(Count);
            count = (long)(await counting.ExecuteScalarAsync(context.RequestAborted))!;
        }

        await context.Response.WriteAsJsonAsync(
            page.Show(context.Request, (int)count, results, user => user.Id),
            FloorJson.Relaxed.FloorListFloorUser,
            cancellationToken: context.RequestAborted);
    }

    private async Task CreateAsync(HttpContext context)
    {
        var body = (await JsonSerializer.DeserializeAsync(context.Request.Body, FloorJson.Relaxed.FloorUserBody, context.RequestAborted))!;
        if ((body.Email is not null && EmailAddress.Check(body.Email) is not null) || !IsValid(body))
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        var email = body.Email is null ? null : EmailAddress.Normalize(body.Email);
        if (await InsertAsync(context, body, email) is not { } stored)
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"{context.Request.Scheme}://{context.Request.Host.Value}/user/{stored.User.Id}";
        await ShowAsync(context, stored.User, stored.Version);
    }

    // Returns null if another user has the address.
    private async Task<(FloorUser User, long Version)?> InsertAsync(HttpContext context, FloorUserBody body, string? email)
    {
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Uuid.CreateVersion7(TimeProvider.System) });
        command.Parameters.Add(Text(User.NameRule.Normalize(body.FirstName)));
        command.Parameters.Add(Text(User.NameRule.Normalize(body.LastName)));
        command.Parameters.Add(Text(email));
        command.Parameters.Add(Text(email is null ? null : EmailAddress.Fold(email)));
        command.Parameters.Add(Text(RoleOf(body) ?? "viewer"));
        command.Parameters.Add(Text(FloorKeys.DescribeCaller(context, "users", "Users_createNewUser")));
        try
        {
            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            await reader.ReadAsync(context.RequestAborted);
            return (Read(reader, []), reader.GetInt64(7));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return null;
        }
    }

    private async Task UpdateAsync(HttpContext context, Guid id)
    {
        var body = (await JsonSerializer.DeserializeAsync(context.Request.Body, FloorJson.Relaxed.FloorUserBody, context.RequestAborted))!;
        if (!IsValid(body))
        {
            await Refuse(context, StatusCodes.Status400BadRequest);
            return;
        }

        FloorUser? user = null;
        var version = 0L;
        await using (var command = database.CreateCommand(body.Role is null ? UpdateNames : Update))
        {
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = body.HasFirstName });
            command.Parameters.Add(Text(User.NameRule.Normalize(body.FirstName)));
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = body.HasLastName });
            command.Parameters.Add(Text(User.NameRule.Normalize(body.LastName)));
            command.Parameters.Add(Text(FloorKeys.DescribeCaller(context, "users", "Users_updateById")));
            if (body.Role is not null)
            {
                command.Parameters.Add(Text(RoleOf(body)));
            }

            await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
            if (await reader.ReadAsync(context.RequestAborted))
            {
                user = Read(reader, reader.GetFieldValue<Guid[]>(8));
                version = reader.GetInt64(7);
            }
        }

        // If no row was updated, either nothing changes or the user does not exist.
        await (user is null ? GetAsync(context, id) : ShowAsync(context, user, version));
    }

    private static bool IsValid(FloorUserBody body) =>
        User.NameRule.Check(body.FirstName) is null
        && User.NameRule.Check(body.LastName) is null
        && (body.Role is null || RoleName.Check(body.Role) is null);

    private static string? RoleOf(FloorUserBody body) => body.Role?.Trim().ToLowerInvariant();

    private static NpgsqlParameter Text(string? value) =>
        new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    private static FloorUser Read(NpgsqlDataReader reader, Guid[] groups) => new(
        reader.GetGuid(0),
        reader.IsDBNull(1) ? null : reader.GetString(1),
        reader.IsDBNull(2) ? null : reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetString(3),
        reader.GetString(4),
        groups,
        reader.GetDateTime(5),
        reader.GetDateTime(6));

    private static Task ShowAsync(HttpContext context, FloorUser user, long version)
    {
        context.Response.Headers.ETag = $"\"{version}\"";
        return context.Response.WriteAsJsonAsync(user, FloorJson.Relaxed.FloorUser, cancellationToken: context.RequestAborted);
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
