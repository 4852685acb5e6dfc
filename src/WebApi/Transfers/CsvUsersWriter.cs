using System.IO.Pipelines;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;
using CsvHelper;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes users as CSV (RFC 4180), in the columns that an import reads.</summary>
/// <param name="output">Where to.</param>
/// <param name="isExcelSafe">
/// Whether spreadsheets are kept from taking text for formulas, by an apostrophe before it, and from guessing the encoding, by a
/// byte order mark. An import takes the apostrophe for part of the text.
/// </param>
internal sealed class CsvUsersWriter(PipeWriter output, bool isExcelSafe) : ExportWriter
{
    private const char Separator = ';';

    // Never disposed: that would end the file of an export which broke off.
    private readonly CsvWriter _csv = Begin(output, isExcelSafe);

    public override bool HasGroups => false;

    public override ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken)
    {
        _csv.WriteField(user.Email);
        _csv.WriteField(user.FirstName);
        _csv.WriteField(user.LastName);
        _csv.WriteField(RoleName.Of(user.Role));
        _csv.WriteField(string.Join(Separator, groupNames.Select(Escape)));
        return _csv.EndRecordAsync(cancellationToken);
    }

    public override Task EndAsync(CancellationToken cancellationToken) => _csv.FlushAsync(cancellationToken).AsTask();

    private static CsvWriter Begin(PipeWriter output, bool isExcelSafe)
    {
        var csv = CsvWriter.Create(output.AsStream(leaveOpen: true), CsvWriterOptions.Default with
        {
            Injection = isExcelSafe ? CsvInjection.Escape : CsvInjection.None,
            WriteByteOrderMark = isExcelSafe,
        });
        csv.WriteHeader("email", "first_name", "last_name", "role", "user_groups");
        return csv;
    }

    // The backslash first, lest those that are put before separators get one too.
    private static string Escape(string name) =>
        name.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(";", @"\;", StringComparison.Ordinal);
}
