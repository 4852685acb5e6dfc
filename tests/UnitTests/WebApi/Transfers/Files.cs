using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Transfers;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

/// <summary>Reads files and describes their rows as short texts that tests compare.</summary>
internal static class Files
{
    public static Task<string[]> ReadCsvAsync(string text, int chunk = int.MaxValue) =>
        DescribeAsync(CsvRows.ReadAsync(new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk), CancellationToken.None));

    public static Task<string[]> ReadNdjsonAsync(string text, int chunk = int.MaxValue) =>
        DescribeAsync(NdjsonRows.ReadAsync(new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk), CancellationToken.None));

    /// <summary>Describes each row by its line and values. If reading failed, the last text describes the failure.</summary>
    public static async Task<string[]> DescribeAsync(IAsyncEnumerable<ImportRow> rows)
    {
        var described = new List<string>();
        try
        {
            await foreach (var row in rows)
            {
                described.Add(Describe(row));
            }
        }
        catch (Failure exception)
        {
            described.Add($"{(exception.Faults[0].Line is { } line ? $"{line}" : "file")}! {exception.Code}");
        }

        return [.. described];
    }

    private static string Describe(ImportRow row)
    {
        IEnumerable<string?> parts = row switch
        {
            ImportUserRow user =>
            [
                Show("id", user.Id), Show("email", user.Email), .. Show(ImportColumns.Users, user.Texts),
                Show("role", user.Role), Show("_role", user.RoleAlias), Show("groups", user.UserGroups), Show("teams", user.Teams),
            ],
            ImportGroupRow group => ["group", Show("id", group.Id), Show("name", group.Name), .. Show(ImportColumns.Groups, group.Texts)],
            UnreadableRow unreadable => [$"! {unreadable.Column} {unreadable.Fault.Code}"],
            _ => throw new ArgumentOutOfRangeException(nameof(row)),
        };

        var faults = row.ReadingFaults.Select(fault => $"! {fault.Column} {fault.Fault.Code}");
        return string.Join(' ', parts.Concat(faults).Where(part => part is not null).Prepend($"{row.Line}:"));
    }

    private static IEnumerable<string?> Show(IEnumerable<TextColumn> columns, TextValues texts) =>
        columns.Select((column, index) => Show(column.Name, texts[index]));

    private static string? Show(string name, Optional<string?> text) => text.IsGiven ? $"{name}={text.Value ?? "null"}" : null;

    private static string? Show(string name, Optional<IReadOnlyList<string?>?> list)
    {
        var items = list.Value is null ? "null" : $"[{string.Join('|', list.Value.Select(item => item ?? "null"))}]";
        return list.IsGiven ? $"{name}={items}" : null;
    }
}

/// <summary>A file that arrives in chunks.</summary>
internal sealed class ChunkedStream(byte[] bytes, int chunk) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
}

/// <summary>A file that is larger than memory: a start, and then one piece many times.</summary>
internal sealed class EndlessStream(string start, string piece, long count) : Stream
{
    private readonly byte[] _piece = Encoding.UTF8.GetBytes(piece);
    private byte[] _current = Encoding.UTF8.GetBytes(start);
    private int _position;
    private long _pieces;

    /// <summary>The number of bytes that were read.</summary>
    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            if (_position == _current.Length)
            {
                if (_pieces++ >= count)
                {
                    break;
                }

                (_current, _position) = (_piece, 0);
            }

            var length = Math.Min(buffer.Length - filled, _current.Length - _position);
            _current.AsSpan(_position, length).CopyTo(buffer[filled..]);
            _position += length;
            filled += length;
        }

        BytesRead += filled;
        return filled;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override int Read(byte[] buffer, int offset, int length) => Read(buffer.AsSpan(offset, length));

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int length) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
