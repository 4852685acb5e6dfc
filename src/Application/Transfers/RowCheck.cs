using System.Runtime.CompilerServices;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.UserGroups;
using CleanWorkspace.Domain.Users;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>
/// Holds the values of rows against the rules that those of requests are held against. No validator does it, for one takes longer with
/// a row than the database does.
/// </summary>
internal sealed class RowCheck(TimeProvider clock)
{
    private readonly List<RefusedRow> _faults = [];
    private Guid _lastId;

    /// <summary>Each row as it would be stored, or all of its faults.</summary>
    public async IAsyncEnumerable<CheckedRow> CheckAsync(IAsyncEnumerable<ImportRow> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            _faults.Clear();
            _faults.AddRange(row.ReadingFaults);
            var checkedRow = Check(row);
            if (_faults.Count == 0)
            {
                yield return checkedRow;
            }

            var groupName = (checkedRow as CheckedGroup)?.Name.Value;
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
        if (!(row.Email.IsGiven || row.FirstName.IsGiven || row.LastName.IsGiven || row.Role.IsGiven || row.RoleAlias.IsGiven || row.UserGroups.IsGiven))
        {
            RefuseEmpty(row);
        }

        var id = CheckId(row, row.Id);
        // Null is what a user without an address is read with, so it stands for none.
        var email = row.Email.Value is { } address ? Hold(row.Line, "email", EmailAddress.Check(address, out var stored), stored) : null;
        var user = new CheckedUser(row.Line, id, row.Id.IsGiven)
        {
            Email = email,
            FoldedEmail = email is null ? null : EmailAddress.Fold(email),
            FirstName = Check(row.Line, "first_name", User.NameRule, row.FirstName),
            LastName = Check(row.Line, "last_name", User.NameRule, row.LastName),
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
        if (!(row.Name.IsGiven || row.Icon.IsGiven || row.Description.IsGiven))
        {
            RefuseEmpty(row);
        }

        return new CheckedGroup(row.Line, CheckId(row, row.Id), row.Id.IsGiven)
        {
            // Null is what a group that never got a name is read with, and no name that a group can be given.
            Name = row.Name.Value is null ? default : Check(row.Line, "name", UserGroup.NameRule, row.Name),
            Icon = Check(row.Line, "icon", UserGroup.IconRule, row.Icon),
            Description = Check(row.Line, "description", UserGroup.DescriptionRule, row.Description),
        };
    }

    private Guid CheckId(ImportRow row, Optional<string?> given)
    {
        if (given.IsGiven)
        {
            return Hold(row.Line, "id", Uuid.CheckVersion7(given.Value, out var id), id);
        }

        return _lastId = Uuid.CreateVersion7(clock, _lastId);
    }

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
                Refuse(line, "user_groups", fault);
                return default;
            }

            stored[i] = name!;
        }

        return stored.Length < 2 ? stored : [.. stored.Distinct()];
    }

    private Optional<string?> Check(long line, string column, TextRule rule, Optional<string?> text) =>
        text.IsGiven ? new(Hold(line, column, rule.Check(text.Value, out var stored), stored)) : default;

    private T Hold<T>(long line, string column, Fault? fault, T value)
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
            Refuse(row.Line, null, RequestFault.NothingGiven);
        }
    }

    private RefusedRow Refuse(long line, string? column, Fault fault)
    {
        var refused = new RefusedRow(line, column, fault);
        _faults.Add(refused);
        return refused;
    }
}
