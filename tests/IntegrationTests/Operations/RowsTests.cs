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
            "u.id, NULL::text, NULL::text, NULL::text, u.role, '{}'::uuid[], u.created_at, u.updated_at, u.version",
            new UserRows().ColumnsOf(Fields<UserResponse>.None));
        Assert.Equal(
            "g.id, NULL::text, NULL::text, NULL::text, '{}'::uuid[], g.created_at, g.updated_at, g.version",
            new UserGroupRows().ColumnsOf(Fields<UserGroupResponse>.None));
        Assert.Equal(
            "a.write_id, a.resource, a.resource_id, a.created_at, a.actor, a.operation, "
                + "NULL::text, '{}'::jsonb, '{}'::uuid[], '{}'::uuid[]",
            new AuditEntryRows().ColumnsOf(Fields<AuditEntryResponse>.None));
    }
}
