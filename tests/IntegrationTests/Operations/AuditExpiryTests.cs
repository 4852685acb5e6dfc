using CleanWorkspace.IntegrationTests.Hosting;
using Npgsql;

namespace CleanWorkspace.IntegrationTests.Operations;

/// <summary>Old entries of the audit are removed in the background.</summary>
public sealed class AuditExpiryTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string CountOld = "SELECT count(*) FROM audit_entries WHERE actor = 'old'";

    [Fact]
    public async Task Old_entries_are_removed_without_waiting_for_those_in_use()
    {
        var kept = (await service.CreateUserAsync()).Id();
        await service.ExecuteAsync(
            """
            INSERT INTO audit_entries (write_id, resource_id, resource, kind, actor, operation)
            SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, gen_random_uuid(), 'users', 'updated', 'old', 'sql'
            FROM generate_series(1, 2500) AS n
            """);
        await using var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var use = new NpgsqlCommand(
            "SELECT FROM audit_entries WHERE actor = 'old' ORDER BY write_id LIMIT 1 FOR UPDATE", connection, transaction))
        {
            await use.ExecuteNonQueryAsync();
        }

        await using (await TestService.StartAsync(service.ConnectionString))
        {
            await Eventually.BeAsync(async () => await service.ExecuteAsync(CountOld) is 1L);
            (await service.PatchAsync($"/user/{kept}", new { first_name = "Augusta" })).MustBe(200);
        }

        await transaction.RollbackAsync();
        await using (await TestService.StartAsync(service.ConnectionString))
        {
            await Eventually.BeAsync(async () => await service.ExecuteAsync(CountOld) is 0L);
        }

        Assert.Equal(2, await service.CountAsync("/auth/audit", $"resource={kept}"));
    }
}
