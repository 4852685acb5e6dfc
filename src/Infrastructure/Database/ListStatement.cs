using CleanWorkspace.Application.Lists;
using CleanWorkspace.Domain.Values;
using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>The statement that reads a page of a list with its count.</summary>
/// <param name="source">The tables of the list: the text after FROM.</param>
/// <param name="ids">The columns that identify a row. They break ties.</param>
internal sealed class ListStatement(string source, string[] ids)
{
    /// <summary>The highest count of a search. It is also the count of a search that finds more rows.</summary>
    public const int MaxSearchCount = 5000;

    // A frequent word needs another plan than a rare one. Compiling the statement (jit) takes longer than running it. The settings hold
    // until the end of the batch.
    private const string PlanForWords =
        "SELECT WHERE set_config('plan_cache_mode', 'force_custom_plan', true) || set_config('jit', 'off', true) IS NULL";

    // The number of rows in which a search with more rows looks for its page. Such a page is mostly among the first thousands.
    private const int MaxNear = 20_000;

    private readonly List<NpgsqlParameter> _parameters = [];
    private readonly List<string> _conditions = [];
    private readonly List<string> _search = [];
    private string? _key;
    private bool _isDescending;
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

    /// <summary>Adds a word of a search as a parameter. Returns the pattern of LIKE that matches it in folded text.</summary>
    public string AddPattern(SearchWord word)
    {
        var escaped = $@"replace(replace(replace(fold_text({Add(word.Text)}), '\', '\\'), '%', '\%'), '_', '\_')";
        // A blank stands before each word of a searched text.
        return $"{(word.IsBeginning ? "'% '" : "'%'")} || {escaped} || '%'";
    }

    /// <summary>Adds a condition of a search. Its rows are counted up to <see cref="MaxSearchCount"/>.</summary>
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

    /// <summary>
    /// Returns the commands for one page. The rows come in the direction of the cursor. If more rows follow, there is one extra row.
    /// Each row has the selected columns, then the sort key, then the number of rows in the list. Only the last command returns rows.
    /// </summary>
    public NpgsqlBatch ToBatch<T>(Rows<T> rows, Fields<T> shown, ListRequest<T> request)
    {
        var columns = rows.ColumnsOf(shown);
        var direction = _isDescending == (request.Cursor is { IsBackward: true }) ? "ASC" : "DESC";
        var order = _key is null ? ids : [_key, .. ids];
        var sql = _search.Count > 0 || request.Offset > 0
            ? SelectPageFirst(rows, columns, order, direction, request)
            : $"""
              SELECT {columns}, {_key ?? "''"}, ({Count})
              FROM {source}{WhereAfterCursor(request.Cursor, order, direction)}
              ORDER BY {WithDirection(order, direction)} LIMIT {request.PageSize + 1}
              """;
        var batch = new NpgsqlBatch();
        if (_search.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(PlanForWords));
        }

        var page = new NpgsqlBatchCommand(sql);
        AddParameters(page.Parameters, _parameters);
        batch.BatchCommands.Add(page);
        return batch;
    }

    /// <summary>Returns the command for the number of rows. Call it after <see cref="ToBatch{T}"/>.</summary>
    public NpgsqlCommand ToCountCommand()
    {
        var command = new NpgsqlCommand($"SELECT ({Count})");
        AddParameters(command.Parameters, _parameters.Select(parameter => parameter.Clone()));
        return command;
    }

    private string Count => _search.Count > 0
        ? $"SELECT count(*)::int FROM (SELECT FROM {source}{WhereSearched} LIMIT {MaxSearchCount}) AS found"
        : $"SELECT coalesce(({_countQuery ?? $"SELECT count(*) FROM {source}{WhereAll(_conditions)}"}), 0)::int";

    private string WhereSearched => WhereAll(_conditions.Concat(_search));

    // Selects the sort key and the ids of the page first, then joins the other columns. So a skipped row costs little.
    private string SelectPageFirst<T>(Rows<T> rows, string columns, string[] order, string direction, ListRequest<T> request)
    {
        string[] names = [.. order.Select((_, index) => $"o{index}")];
        var chosen = string.Join(", ", order.Zip(names, (expression, name) => $"{expression} AS {name}"));
        var (with, page, count) = _search.Count > 0
            ? SelectFound(chosen, names, order, direction, request)
            : ("",
                $"SELECT {chosen} FROM {source}{WhereAfterCursor(request.Cursor, order, direction)} "
                    + $"ORDER BY {WithDirection(order, direction)} LIMIT {request.PageSize + 1} OFFSET {Add(request.Offset)}",
                Count);
        var joined = string.Join(" AND ", rows.Key.Zip(names[^ids.Length..], (column, name) => $"{column} = page.{name}"));
        return $"""
            {with}SELECT {columns}, {(_key is null ? "''" : "page.o0")}, ({count})
            FROM ({page}) AS page JOIN {rows.Table} ON {joined} ORDER BY {WithDirection(names, direction)}
            """;
    }

    // A search collects its rows once, for the count and for the page, and stops when there are too many to sort quickly. Then it looks for
    // the page among the next rows of the list. If the page is not there, it collects and sorts all rows that match.
    // CASE hides the search from the planner, which would otherwise use the search index for the next rows of the list, too.
    private (string With, string Page, string Count) SelectFound(
        string chosen, string[] names, string[] order, string direction, ListRequest request)
    {
        const string Number = "(SELECT count(*) FROM found)";
        var rows = request.PageSize + 1;
        var limit = $"LIMIT {rows} OFFSET {Add(request.Offset)}";
        var (inOrder, inListOrder) = ($"ORDER BY {WithDirection(names, direction)}", $"ORDER BY {WithDirection(order, direction)}");
        string[] few = [$"{Number} <= {MaxSearchCount}", .. AfterCursor(request.Cursor, names, direction)];
        string[] rest = [.. _conditions, .. AfterCursor(request.Cursor, order, direction)];
        var match = string.Join(" AND ", _search);
        return (
            $"""
            WITH found AS MATERIALIZED (SELECT {chosen} FROM {source}{WhereSearched} LIMIT {MaxSearchCount + 1}),
            near AS MATERIALIZED (
                SELECT {string.Join(", ", names)} FROM (
                    SELECT {chosen}, CASE WHEN {match} THEN true END AS is_found FROM {source}{WhereAll(rest)} {inListOrder} LIMIT {MaxNear}
                ) AS nearby WHERE is_found AND {Number} > {MaxSearchCount} {limit}),
            others AS MATERIALIZED (SELECT {chosen} FROM {source}{WhereAll([.. rest, match])})

            """,
            $"""
            (SELECT * FROM found{WhereAll(few)} {inOrder} {limit})
            UNION ALL
            SELECT * FROM near WHERE (SELECT count(*) FROM near) = {rows}
            UNION ALL
            (SELECT * FROM others WHERE {Number} > {MaxSearchCount} AND (SELECT count(*) FROM near) < {rows} {inOrder} {limit})
            """,
            $"SELECT least(count(*), {MaxSearchCount})::int FROM found");
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

    private static void AddParameters(NpgsqlParameterCollection collection, IEnumerable<NpgsqlParameter> parameters)
    {
        foreach (var parameter in parameters)
        {
            collection.Add(parameter);
        }
    }
}
