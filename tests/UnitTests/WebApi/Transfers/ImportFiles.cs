using System.Text;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Transfers;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

/// <summary>Reads files and describes their rows as short texts that tests compare.</summary>
internal static class ImportFiles
{
    public static Task<string[]> ReadCsvAsync(string text, int chunk = int.MaxValue, ColumnMap? columns = null) =>
        DescribeAsync(ReadCsv(new ChunkedStream(Encoding.UTF8.GetBytes(text), chunk), columns));

    public static IAsyncEnumerable<ImportRow> ReadCsv(Stream file, ColumnMap? columns = null) =>
        CsvRows.ReadAsync(file, columns ?? ColumnMap.Empty, CancellationToken.None);

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
            BlankRow => ["blank"],
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
