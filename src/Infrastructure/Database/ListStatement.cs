using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The statement that reads a page of a list with its count.</summary>
/// <param name="source">What the list is chosen from.</param>
/// <param name="ids">The columns of it that name a row, by which the list is ordered at last.</param>
internal sealed class ListStatement(string source, string[] ids)
{
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _conditions = [];
    private string? _key;
    private bool _isDescending;
    private bool _isSearch;
    private string? _keptCount;

    /// <summary>Adds a parameter and answers how statements name it.</summary>
    public string Add<TValue>(TValue value)
    {
        _parameters.Add(new NpgsqlParameter<TValue> { TypedValue = value });
        return $"${_parameters.Count}";
    }

    public ListStatement Where(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Chooses by the time in the id, which is that of its creation.</summary>
    public ListStatement WhereCreated(DateTimeOffset? after, DateTimeOffset? before)
    {
        if (after is { } start)
        {
            Where($"{ids[0]} >= {Add(Uuid.FirstAt(start))}");
        }

        return before is { } end ? Where($"{ids[0]} < {Add(Uuid.FirstAt(end))}") : this;
    }

    /// <summary>Chooses what has every word in a folded text. The words are folded and made patterns once, not for each row.</summary>
    public ListStatement WhereFound(string foldedText, IReadOnlyList<string> words)
    {
        foreach (var word in words)
        {
            _isSearch = true;
            Where($@"{foldedText} LIKE (SELECT '%' || replace(replace(replace(fold_text({Add(word)}), '\', '\\'), '%', '\%'), '_', '\_') || '%')");
        }

        return this;
    }

    /// <summary>Orders by the ids, and by what comes before them if anything does.</summary>
    public ListStatement OrderBy(string? key, bool isDescending)
    {
        _key = key;
        _isDescending = isDescending;
        return this;
    }

    /// <summary>Names a query for the number of rows in the list; null where they have to be counted.</summary>
    public ListStatement CountBy(string? query)
    {
        _keptCount = query;
        return this;
    }

    /// <summary>The rows of the page in the direction of the walk, and one more if there is one; each with its key in the order and the count after its columns.</summary>
    public NpgsqlCommand ToCommand<T>(Rows<T> rows, Fields<T> shown, ListRequest<T> request)
    {
        var columns = rows.ColumnsOf(shown);
        var direction = _isDescending == (request.Cursor is { IsBackward: true }) ? "ASC" : "DESC";
        var order = _key is null ? ids : [_key, .. ids];
        var sql = _isSearch || request.Offset > 0
            ? Cut(rows, columns, order, direction, request)
            : $"SELECT {columns}, {_key ?? "''"}, ({Count}) FROM {source}{WhereBeyond(request.Cursor, order, direction)} ORDER BY {Each(order, direction)} LIMIT {request.PageSize + 1}";
        return ToCommand(sql, _parameters);
    }

    /// <summary>The count alone, of what a command was made for already.</summary>
    public NpgsqlCommand ToCountCommand() => ToCommand($"SELECT ({Count})", _parameters.Select(parameter => parameter.Clone()));

    private string Count => $"SELECT coalesce(({_keptCount ?? $"SELECT count(*) FROM {source}{AllOf(_conditions)}"}), 0)::int";

    // The page is cut on what it is ordered by alone, so that nothing else is read of rows that are skipped or not shown. What
    // was searched for is found once, for the count and for the page.
    private string Cut<T>(Rows<T> rows, string columns, string[] order, string direction, ListRequest<T> request)
    {
        string[] names = [.. order.Select((_, index) => $"o{index}")];
        var chosen = string.Join(", ", order.Zip(names, (expression, name) => $"{expression} AS {name}"));
        var (found, from, count) = _isSearch
            ? ($"WITH found AS MATERIALIZED (SELECT {chosen} FROM {source}{AllOf(_conditions)}) ",
                $"found{AllOf(Beyond(request.Cursor, names, direction))} ORDER BY {Each(names, direction)}",
                "SELECT count(*)::int FROM found")
            : ("", $"{source}{WhereBeyond(request.Cursor, order, direction)} ORDER BY {Each(order, direction)}", Count);
        var cut = $"SELECT {(_isSearch ? "*" : chosen)} FROM {from} LIMIT {request.PageSize + 1} OFFSET {Add(request.Offset)}";
        var joined = string.Join(" AND ", rows.Key.Zip(names[^ids.Length..], (column, name) => $"{column} = cut.{name}"));
        return $"""
            {found}SELECT {columns}, {(_key is null ? "''" : "cut.o0")}, ({count})
            FROM ({cut}) AS cut JOIN {rows.Table} ON {joined} ORDER BY {Each(names, direction)}
            """;
    }

    private string WhereBeyond(Cursor? cursor, string[] order, string direction) =>
        AllOf(_conditions.Concat(Beyond(cursor, order, direction)));

    private IEnumerable<string> Beyond(Cursor? cursor, string[] order, string direction)
    {
        if (cursor is null)
        {
            return [];
        }

        var (key, id, secondId) = cursor.Place;
        List<string> place = [Add(id)];
        if (_key is not null)
        {
            place.Insert(0, Add(key));
        }

        if (ids.Length > 1)
        {
            place.Add(Add(secondId));
        }

        return [$"({string.Join(", ", order)}) {(direction == "ASC" ? ">" : "<")} ({string.Join(", ", place)})"];
    }

    private static string AllOf(IEnumerable<string> conditions) =>
        string.Join(" AND ", conditions) is { Length: > 0 } all ? $" WHERE {all}" : "";

    private static string Each(string[] order, string direction) => string.Join(", ", order.Select(expression => $"{expression} {direction}"));

    private static NpgsqlCommand ToCommand(string sql, IEnumerable<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }
}

/// <summary>
/// Values that are part of a statement's text, not parameters of it: PostgreSQL plans for the value itself, as for a group of
/// ten users it has to plan otherwise than for one of a hundred thousand.
/// </summary>
internal static class SqlText
{
    public static string Of(Guid id) => $"'{id}'::uuid";

    public static string Of(Role role) => $"'{RoleName.Of(role)}'";
}
