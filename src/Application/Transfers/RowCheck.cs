using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>Checks the values of rows by the rules that requests follow.</summary>
/// <remarks>It is not a FluentValidation validator, because a validator takes longer for a row than the database.</remarks>
internal sealed class RowCheck(TimeProvider clock)
{
    // Entra ID makes it from the address of a guest. No mail arrives there.
    private const string GuestMark = "#EXT#";

    private static readonly Fault GuestAddress = new(
        "invalid_email",
        $"Must be an address, not the sign-in name of a guest with {GuestMark}. Take the guest's own address from another column.");

    private static readonly Fault NothingGiven = new("nothing_given", "The line gives no property to import. Give at least one.");

    private readonly List<RefusedRow> _faults = [];
    private Guid _lastId;
    private long _blank;
    private long _withoutEmail;

    /// <summary>Returns the summary with the counts of the rows that were checked so far.</summary>
    public ImportSummary AddCounts(ImportSummary summary) => summary with { Blank = _blank, WithoutEmail = _withoutEmail };

    /// <summary>Returns each valid row with normalised values, and each fault of every other row.</summary>
    public async IAsyncEnumerable<CheckedRow> CheckAsync(
        IAsyncEnumerable<ImportRow> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            if (row is BlankRow)
            {
                _blank++;
                continue;
            }

            _faults.Clear();
            _faults.AddRange(row.ReadingFaults);
            var checkedRow = Check(row);
            if (_faults.Count == 0)
            {
                _withoutEmail += checkedRow is CheckedUser { Email: null, IsIdGiven: false } ? 1 : 0;
                yield return checkedRow;
            }

            var groupName = (checkedRow as CheckedGroup)?.Name;
            foreach (var fault in _faults)
            {
                yield return groupName is null ? fault : fault with { GroupName = groupName };
            }
        }
    }

    private CheckedRow Check(ImportRow row) => row switch
    {
        ImportUserRow user => Check(user),
        ImportGroupRow group => Check(group),
        UnreadableRow unreadable => Refuse(unreadable.Line, unreadable.Column, unreadable.Fault),
        _ => throw new ArgumentOutOfRangeException(nameof(row)),
    };

    private CheckedUser Check(ImportUserRow row)
    {
        if (!(row.Email.IsGiven || row.Texts.AreAnyGiven || row.Role.IsGiven || row.RoleAlias.IsGiven || row.UserGroups.IsGiven))
        {
            RefuseEmpty(row);
        }

        var id = CheckId(row, row.Id);
        // An export writes null for a user without an address, so null means no address.
        var email = row.Email.Value is { } address ? Require(row.Line, "email", CheckEmail(address, out var stored), stored) : null;
        var user = new CheckedUser(row.Line, id, row.Id.IsGiven)
        {
            Email = email,
            FoldedEmail = email is null ? null : EmailAddress.Fold(email),
            Texts = Check(row.Line, ImportColumns.Users, row.Texts),
            Role = CheckRole(row),
            UserGroups = row.UserGroups.IsGiven ? CheckUserGroups(row.Line, row.UserGroups.Value) : default,
        };

        if (row.Teams.IsGiven && row.Teams.Value is not { Count: 0 })
        {
            Refuse(row.Line, "teams", RequestFault.NoTeams);
        }

        return user;
    }

    private CheckedGroup Check(ImportGroupRow row)
    {
        if (!(row.Name.IsGiven || row.Texts.AreAnyGiven))
        {
            RefuseEmpty(row);
        }

        return new CheckedGroup(row.Line, CheckId(row, row.Id), row.Id.IsGiven)
        {
            // An export writes null for a group without a name, so null means no change.
            Name = row.Name.Value is { } given ? Require(row.Line, "name", UserGroup.NameRule.Check(given, out var name), name) : null,
            Texts = Check(row.Line, ImportColumns.Groups, row.Texts),
        };
    }

    private Guid CheckId(ImportRow row, Optional<string?> given)
    {
        if (given.IsGiven)
        {
            return Require(row.Line, "id", Uuid.CheckVersion7(given.Value, out var id), id);
        }

        return _lastId = Uuid.CreateVersion7(clock, _lastId);
    }

    private static Fault? CheckEmail(string address, out string? stored) =>
        EmailAddress.Check(address, out stored)
        ?? (stored!.Contains(GuestMark, StringComparison.OrdinalIgnoreCase) ? GuestAddress : null);

    private Optional<Role> CheckRole(ImportUserRow row)
    {
        if (row.Role.IsGiven && RoleName.Check(row.Role.Value) is { } fault)
        {
            Refuse(row.Line, "role", fault);
        }

        if (row.RoleAlias.IsGiven && RoleAlias.CheckLike(row.Role, row.RoleAlias.Value) is { } conflict)
        {
            Refuse(row.Line, "_role", conflict);
        }

        return _faults.Count == 0 ? RoleAlias.Merge(row.Role, row.RoleAlias) : default;
    }

    private Optional<string[]> CheckUserGroups(long line, IReadOnlyList<string?>? names)
    {
        if (names is null || names.Count > IdList.MaxCount)
        {
            Refuse(line, "user_groups", names is null ? RequestFault.NoList : RequestFault.TooManyIds(IdList.MaxCount));
            return default;
        }

        var stored = names.Count == 0 ? [] : new string[names.Count];
        for (var i = 0; i < stored.Length; i++)
        {
            if (UserGroup.NameRule.Check(names[i], out var name) is { } fault)
            {
                Refuse(line, "user_groups", fault with { Detail = $"Group {i + 1}: {fault.Detail}" });
                return default;
            }

            stored[i] = name!;
        }

        return stored.Length < 2 ? stored : [.. stored.Distinct()];
    }

    private TextValues Check(long line, IReadOnlyList<TextColumn> columns, TextValues given)
    {
        if (!given.AreAnyGiven)
        {
            return default;
        }

        var stored = new Optional<string?>[columns.Count];
        for (var i = 0; i < stored.Length; i++)
        {
            if (given[i].IsGiven)
            {
                stored[i] = Require(line, columns[i].Name, columns[i].Rule.Check(given[i].Value, out var text), text);
            }
        }

        return new TextValues(stored);
    }

    // Returns the value. A fault refuses the row.
    private T Require<T>(long line, string column, Fault? fault, T value)
    {
        if (fault is not null)
        {
            Refuse(line, column, fault);
        }

        return value;
    }

    private void RefuseEmpty(ImportRow row)
    {
        if (row.ReadingFaults.Count == 0)
        {
            Refuse(row.Line, null, NothingGiven);
        }
    }

    private RefusedRow Refuse(long line, string? column, Fault fault)
    {
        var refused = new RefusedRow(line, column, fault);
        _faults.Add(refused);
        return refused;
    }
}
