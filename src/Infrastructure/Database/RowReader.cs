using Npgsql;

namespace CleanWorkspace.Infrastructure.Database;

/// <summary>Reads the columns of the current row one after another.</summary>
internal ref struct RowReader(NpgsqlDataReader row)
{
    private int _next;

    public Guid Id() => row.GetGuid(_next++);

    public string Text() => row.GetString(_next++);

    public string? TextOrNull() => row.IsDBNull(_next) ? Skip() : Text();

    public DateTimeOffset Time() => row.GetFieldValue<DateTimeOffset>(_next++);

    public long Number() => row.GetInt64(_next++);

    public Guid[] Ids() => row.GetFieldValue<Guid[]>(_next++);

    private string? Skip()
    {
        _next++;
        return null;
    }
}
