using System.IO.Pipelines;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CsvHelper;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes users as CSV (RFC 4180), in the columns that an import reads.</summary>
/// <param name="output">Receives the file.</param>
/// <param name="isExcelSafe">
/// True puts an apostrophe before cells that a spreadsheet would run as formulas, and a byte order mark before the file. An import reads
/// the apostrophe as part of the text.
/// </param>
internal sealed class CsvUsersWriter(PipeWriter output, bool isExcelSafe) : ExportWriter
{
    private const char Separator = ';';

    // Not disposed, because that would complete a file whose export failed.
    private readonly CsvWriter _csv = Create(output, isExcelSafe);

    public override bool HasGroups => false;

    public override ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken)
    {
        // The order of CsvColumns.
        _csv.WriteField(user.Email);
        for (var i = 0; i < ImportColumns.Users.Count; i++)
        {
            _csv.WriteField(ImportColumns.Users[i].Read(user));
        }

        _csv.WriteField(RoleName.Of(user.Role));
        _csv.WriteField(string.Join(Separator, groupNames.Select(Escape)));
        return _csv.EndRecordAsync(cancellationToken);
    }

    public override Task EndAsync(CancellationToken cancellationToken) => _csv.FlushAsync(cancellationToken).AsTask();

    private static CsvWriter Create(PipeWriter output, bool isExcelSafe)
    {
        var csv = CsvWriter.Create(output.AsStream(leaveOpen: true), CsvWriterOptions.Default with
        {
            Injection = isExcelSafe ? CsvInjection.Escape : CsvInjection.None,
            WriteByteOrderMark = isExcelSafe,
        });
        csv.WriteHeader(CsvColumns.Names);
        return csv;
    }

    // Backslashes first. Otherwise the backslash before a semicolon would be doubled too.
    private static string Escape(string name) =>
        name.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(";", @"\;", StringComparison.Ordinal);
}
