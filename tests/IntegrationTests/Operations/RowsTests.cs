using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Infrastructure.AuditEntries;
using CleanWorkspace.Infrastructure.UserGroups;
using CleanWorkspace.Infrastructure.Users;

namespace CleanWorkspace.IntegrationTests.Operations;

public sealed class RowsTests
{
    [Fact]
    public void Of_the_properties_that_are_not_requested_only_free_columns_are_read()
    {
        Assert.Equal(
            "u.id, NULL::text AS first_name, NULL::text AS last_name, NULL::text AS email, u.role, '{}'::uuid[] AS user_groups, "
                + "u.created_at, u.updated_at, u.version",
            UserRows.Instance.ColumnsOf(Fields<UserResponse>.None));
        Assert.Equal(
            "g.id, NULL::text AS name, NULL::text AS icon, NULL::text AS description, '{}'::uuid[] AS users, "
                + "g.created_at, g.updated_at, g.version",
            UserGroupRows.Instance.ColumnsOf(Fields<UserGroupResponse>.None));
        Assert.Equal(
            "a.write_id, a.resource, a.resource_id, a.created_at, a.actor, a.operation, "
                + "NULL::text AS trace_id, '{}'::jsonb AS changes, '{}'::uuid[] AS added, '{}'::uuid[] AS removed",
            AuditEntryRows.Instance.ColumnsOf(Fields<AuditEntryResponse>.None));
    }
}
