using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Values;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The statement that reads a page of a list with its count.</summary>
/// <param name="source">The tables of the list: the text after FROM.</param>
/// <param name="ids">The columns that identify a row. They break ties.</param>
internal sealed class ListStatement(string source, string[] ids)
{
    /// <summary>The highest count of a search, and of a list with a limited count. It is also the count of more rows.</summary>
    public const int MaxCount = 5000;

    // A frequent word needs another plan than a rare one. Compiling the statement (jit) takes longer than running it. The settings hold
    // until the end of the batch.
    private const string PlanForWords =
        "SELECT WHERE set_config('plan_cache_mode', 'force_custom_plan', true) || set_config('jit', 'off', true) IS NULL";

    // The number of rows in which a search with more rows looks for its page. Such a page is mostly among the first thousands.
    private const int MaxNear = 10_000;

    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _conditions = [];
    private readonly List<string> _search = [];
    private string? _key;
    private bool _isDescending;
    private string? _countQuery;
    private bool _isCountLimited;

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

    /// <summary>Adds a word of a search as a parameter. Returns the pattern of LIKE that matches it in searched text.</summary>
    public string AddPattern(SearchWord word)
    {
        var escaped = $@"replace(replace(replace(search_word({Add(word.Text)}), '\', '\\'), '%', '\%'), '_', '\_')";
        // A blank stands before each word of a searched text.
        return $"{(word.IsBeginning ? "'% '" : "'%'")} || {escaped} || '%'";
    }

    /// <summary>Adds a condition of a search. Its rows are counted up to <see cref="MaxCount"/>.</summary>
    public ListStatement Search(string condition)
    {
        _search.Add($"({condition})");
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

    /// <summary>Counts rows up to <see cref="MaxCount"/>. Use it for a list that grows without end and has no counter.</summary>
    public ListStatement LimitCount()
    {
        _isCountLimited = true;
        return this;
    }

    /// <summary>
    /// Returns the commands for one page. The rows come in the direction of the cursor. If more rows follow, there is one extra row.
    /// Each row has the selected columns, then the sort key, then the number of rows in the list. Only the last command returns rows.
    /// </summary>
    public NpgsqlBatch ToBatch<T>(Rows<T> rows, Fields<T> shown, ListRequest<T> request)
    {
        var direction = DirectionOf(request);
        return BatchOf(_search.Count > 0 || request.Offset > 0
            ? SelectPageFirst(rows, shown, request)
            : $"""
              SELECT {rows.ColumnsOf(shown)}, {_key ?? "''"}, ({Count})
              FROM {source}{WhereAll([.. _conditions, .. AfterCursor(request.Cursor, Order, direction)])}
              ORDER BY {WithDirection(Order, direction)} LIMIT {request.PageSize + 1}
              """);
    }

    /// <summary>Returns the command for the number of rows. Call it after <see cref="ToBatch{T}"/>.</summary>
    public NpgsqlCommand ToCountCommand()
    {
        var command = new NpgsqlCommand($"SELECT ({Count})");
        AddParameters(command.Parameters);
        return command;
    }

    /// <summary>Tells whether a search stopped at its limit. Its page then comes from <see cref="ToBatchOfMany{T}"/>.</summary>
    /// <param name="count">The number of rows from the other commands.</param>
    public bool HasTooMany(int count) => _search.Count > 0 && count > MaxCount;

    /// <summary>Returns the commands for one page of a search with too many rows. The rows are as in <see cref="ToBatch{T}"/>.</summary>
    /// <remarks>
    /// The page is looked for among the next rows of the list. If it is not there, all rows that match are collected and sorted.
    /// </remarks>
    public NpgsqlBatch ToBatchOfMany<T>(Rows<T> rows, Fields<T> shown, ListRequest<T> request)
    {
        var direction = DirectionOf(request);
        var (names, size) = (Names, request.PageSize + 1);
        var limit = $"LIMIT {size} OFFSET {Add(request.Offset)}";
        var match = string.Join(" AND ", _search);
        string[] rest = [.. _conditions, .. AfterCursor(request.Cursor, Order, direction)];
        var page = $"""
            SELECT * FROM near WHERE (SELECT count(*) FROM near) = {size}
            UNION ALL
            (SELECT * FROM others WHERE (SELECT count(*) FROM near) < {size} ORDER BY {WithDirection(names, direction)} {limit})
            """;
        // CASE hides the search from the planner, which would otherwise use the search index for the next rows, too.
        return BatchOf($"""
            WITH near AS MATERIALIZED (
                SELECT {string.Join(", ", names)} FROM (
                    SELECT {Chosen}, CASE WHEN {match} THEN true END AS is_found FROM {source}{WhereAll(rest)}
                    ORDER BY {WithDirection(Order, direction)} LIMIT {MaxNear}
                ) AS nearby WHERE is_found {limit}),
            others AS MATERIALIZED (SELECT {Chosen} FROM {source}{WhereAll([.. rest, match])})
            {SelectRows(rows, shown, $"{MaxCount}", page, direction)}
            """);
    }

    private string[] Order => _key is null ? ids : [_key, .. ids];

    private string[] Names => [.. Order.Select((_, index) => $"o{index}")];

    private string Chosen => string.Join(", ", Order.Zip(Names, (expression, name) => $"{expression} AS {name}"));

    private string Found => $"{source}{WhereAll(_conditions.Concat(_search))} LIMIT {MaxCount + 1}";

    private string Count => _search.Count > 0
        ? $"SELECT count(*)::int FROM (SELECT FROM {Found}) AS found"
        : _isCountLimited
        ? $"SELECT count(*)::int FROM (SELECT FROM {source}{WhereAll(_conditions)} LIMIT {MaxCount}) AS counted"
        : $"SELECT coalesce(({_countQuery ?? $"SELECT count(*) FROM {source}{WhereAll(_conditions)}"}), 0)::int";

    // Selects the sort key and the ids of the page first, then joins the other columns. So a skipped row costs little. A search runs once
    // and gives both the count and the page.
    private string SelectPageFirst<T>(Rows<T> rows, Fields<T> shown, ListRequest<T> request)
    {
        var direction = DirectionOf(request);
        string found = "", page, count;
        if (_search.Count > 0)
        {
            found = $"WITH found AS MATERIALIZED (SELECT {Chosen} FROM {Found}) ";
            page = $"SELECT * FROM found{WhereAll(AfterCursor(request.Cursor, Names, direction))} "
                + $"ORDER BY {WithDirection(Names, direction)}";
            count = "SELECT count(*)::int FROM found";
        }
        else
        {
            string[] conditions = [.. _conditions, .. AfterCursor(request.Cursor, Order, direction)];
            page = $"SELECT {Chosen} FROM {source}{WhereAll(conditions)} ORDER BY {WithDirection(Order, direction)}";
            count = Count;
        }

        return found
            + SelectRows(rows, shown, count, $"{page} LIMIT {request.PageSize + 1} OFFSET {Add(request.Offset)}", direction);
    }

    private string SelectRows<T>(Rows<T> rows, Fields<T> shown, string count, string page, string direction)
    {
        var names = Names;
        var joined = string.Join(" AND ", rows.Key.Zip(names[^ids.Length..], (column, name) => $"{column} = page.{name}"));
        return $"""
            SELECT {rows.ColumnsOf(shown)}, {(_key is null ? "''" : "page.o0")}, ({count})
            FROM ({page}) AS page JOIN {rows.Table} ON {joined} ORDER BY {WithDirection(names, direction)}
            """;
    }

    private string DirectionOf(ListRequest request) => _isDescending == (request.Cursor is { IsBackward: true }) ? "ASC" : "DESC";

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

    private NpgsqlBatch BatchOf(string sql)
    {
        var batch = new NpgsqlBatch();
        if (_search.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(PlanForWords));
        }

        var page = new NpgsqlBatchCommand(sql);
        AddParameters(page.Parameters);
        batch.BatchCommands.Add(page);
        return batch;
    }

    // A parameter belongs to one command.
    private void AddParameters(NpgsqlParameterCollection parameters)
    {
        foreach (var parameter in _parameters)
        {
            parameters.Add(parameter.Clone());
        }
    }
}
