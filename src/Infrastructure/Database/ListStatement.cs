using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Values;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The statement that reads a page of a list with its count.</summary>
/// <param name="source">The tables of the list: the text after FROM.</param>
/// <param name="ids">The columns that identify a row. They break ties.</param>
internal sealed class ListStatement(string source, string[] ids)
{
    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _conditions = [];
    private string? _key;
    private bool _isDescending;
    private bool _isSearch;
    private string? _countQuery;

    /// <summary>Adds a parameter and returns its name in the statement.</summary>
    public string Add<TValue>(TValue value)
    {
        _parameters.Add(new NpgsqlParameter<TValue> { TypedValue = value });
        return $"${_parameters.Count}";
    }

    /// <summary>Adds a condition.</summary>
    public ListStatement Where(string condition)
    {
        _conditions.Add(condition);
        return this;
    }

    /// <summary>Selects rows by the time of creation, which is the time in the id.</summary>
    public ListStatement WhereCreated(DateTimeOffset? after, DateTimeOffset? before)
    {
        if (after is { } start)
        {
            Where($"{ids[0]} >= {Add(Uuid.FirstAt(start))}");
        }

        return before is { } end ? Where($"{ids[0]} < {Add(Uuid.FirstAt(end))}") : this;
    }

    /// <summary>Selects rows by their ids; null selects all rows.</summary>
    public ListStatement WhereIds(IReadOnlyList<Guid>? selected) => selected switch
    {
        null => this,
        [var id] => Where($"{ids[0]} = {Add(id)}"),
        _ => Where($"{ids[0]} = ANY ({Add(selected.ToArray())})"),
    };

    /// <summary>Selects rows whose folded text contains every word. Each word is folded once, not for each row.</summary>
    public ListStatement WhereContains(string foldedText, IReadOnlyList<string> words)
    {
        foreach (var word in words)
        {
            _isSearch = true;
            var pattern = $@"replace(replace(replace(fold_text({Add(word)}), '\', '\\'), '%', '\%'), '_', '\_')";
            Where($"{foldedText} LIKE (SELECT '%' || {pattern} || '%')");
        }

        return this;
    }

    /// <summary>Sorts by a sort key, then by the ids; without a sort key by the ids alone.</summary>
    public ListStatement OrderBy(string? key, bool isDescending)
    {
        _key = key;
        _isDescending = isDescending;
        return this;
    }

    /// <summary>Sets the query that returns the number of rows. If it is null, the statement counts the rows of the list.</summary>
    public ListStatement UseCountQuery(string? query)
    {
        _countQuery = query;
        return this;
    }

    /// <summary>
    /// Returns the command for one page. The rows come in the direction of the cursor. If more rows follow, the command returns one
    /// extra row. Each row has the selected columns, then the sort key, then the number of rows in the list.
    /// </summary>
    public NpgsqlCommand ToCommand<T>(Rows<T> rows, Fields<T> shown, ListRequest<T> request)
    {
        var columns = rows.ColumnsOf(shown);
        var direction = _isDescending == (request.Cursor is { IsBackward: true }) ? "ASC" : "DESC";
        var order = _key is null ? ids : [_key, .. ids];
        var sql = _isSearch || request.Offset > 0
            ? SelectPageFirst(rows, columns, order, direction, request)
            : $"""
              SELECT {columns}, {_key ?? "''"}, ({Count})
              FROM {source}{WhereAfterCursor(request.Cursor, order, direction)}
              ORDER BY {WithDirection(order, direction)} LIMIT {request.PageSize + 1}
              """;
        return ToCommand(sql, _parameters);
    }

    /// <summary>Returns the command for the number of rows. Call it after <see cref="ToCommand{T}"/>.</summary>
    public NpgsqlCommand ToCountCommand() => ToCommand($"SELECT ({Count})", _parameters.Select(parameter => parameter.Clone()));

    private string Count => $"SELECT coalesce(({_countQuery ?? $"SELECT count(*) FROM {source}{WhereAll(_conditions)}"}), 0)::int";

    // Selects the sort key and the ids of the page first, then joins the other columns. So a skipped row costs little. A search runs once
    // and gives both the count and the page.
    private string SelectPageFirst<T>(Rows<T> rows, string columns, string[] order, string direction, ListRequest<T> request)
    {
        string[] names = [.. order.Select((_, index) => $"o{index}")];
        var chosen = string.Join(", ", order.Zip(names, (expression, name) => $"{expression} AS {name}"));
        var (found, from, count) = _isSearch
            ? ($"WITH found AS MATERIALIZED (SELECT {chosen} FROM {source}{WhereAll(_conditions)}) ",
                $"found{WhereAll(AfterCursor(request.Cursor, names, direction))} ORDER BY {WithDirection(names, direction)}",
                "SELECT count(*)::int FROM found")
            : ("", $"{source}{WhereAfterCursor(request.Cursor, order, direction)} ORDER BY {WithDirection(order, direction)}", Count);
        var page = $"SELECT {(_isSearch ? "*" : chosen)} FROM {from} LIMIT {request.PageSize + 1} OFFSET {Add(request.Offset)}";
        var joined = string.Join(" AND ", rows.Key.Zip(names[^ids.Length..], (column, name) => $"{column} = page.{name}"));
        return $"""
            {found}SELECT {columns}, {(_key is null ? "''" : "page.o0")}, ({count})
            FROM ({page}) AS page JOIN {rows.Table} ON {joined} ORDER BY {WithDirection(names, direction)}
            """;
    }

    private string WhereAfterCursor(Cursor? cursor, string[] order, string direction) =>
        WhereAll(_conditions.Concat(AfterCursor(cursor, order, direction)));

    private IEnumerable<string> AfterCursor(Cursor? cursor, string[] order, string direction)
    {
        if (cursor is null)
        {
            return [];
        }

        var (key, id, secondId) = cursor.Position;
        List<string> position = [Add(id)];
        if (_key is not null)
        {
            position.Insert(0, Add(key));
        }

        if (ids.Length > 1)
        {
            position.Add(Add(secondId));
        }

        return [$"({string.Join(", ", order)}) {(direction == "ASC" ? ">" : "<")} ({string.Join(", ", position)})"];
    }

    private static string WhereAll(IEnumerable<string> conditions) =>
        string.Join(" AND ", conditions) is { Length: > 0 } all ? $" WHERE {all}" : "";

    private static string WithDirection(string[] order, string direction) =>
        string.Join(", ", order.Select(expression => $"{expression} {direction}"));

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
