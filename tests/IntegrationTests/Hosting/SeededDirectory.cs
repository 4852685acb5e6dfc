namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A directory with ties, missing values, capitals and accents in every sort key and filter.</summary>
internal static class SeededDirectory
{
    /// <summary>Creates users and as many groups. Returns the id of a group with users and the id of a user with groups.</summary>
    public static async Task<string[]> SeedDirectoryAsync(this ServiceFixture service, int count)
    {
        await service.ClearAsync();
        await service.ExecuteAsync(
            $$"""
            INSERT INTO users (id, first_name, last_name, email, folded_email, role)
            SELECT {{NewId("i")}}, (ARRAY['Ann', NULL, 'ANN', 'Änne', 'Zoë', 'Straße', 'Ωmega'])[1 + i % 7],
                (ARRAY['Byron', 'Byrón', NULL, 'de Morgan', 'Żuk'])[1 + i % 5],
                CASE WHEN i % 4 > 0 THEN 'Ann' || i || '@Example.org' END, CASE WHEN i % 4 > 0 THEN 'ann' || i || '@example.org' END,
                (ARRAY['admin', 'editor', 'viewer'])[1 + i % 3]
            FROM generate_series(1, {{count}}) AS i;
            INSERT INTO user_groups (id, name)
            SELECT {{NewId("i")}}, (ARRAY['Analysts', 'ANALYSTS', NULL, 'Änalysts', 'Writers'])[1 + i % 5]
            FROM generate_series(1, {{count}}) AS i;
            INSERT INTO memberships (group_id, user_id)
            SELECT (SELECT min(id::text)::uuid FROM user_groups), id FROM users WHERE role <> 'viewer';
            INSERT INTO memberships (group_id, user_id)
            SELECT id, (SELECT min(id::text)::uuid FROM users) FROM user_groups WHERE name IS DISTINCT FROM 'Writers'
            ON CONFLICT DO NOTHING;
            """);
        return (string[])(await service.ExecuteAsync(
            "SELECT ARRAY[(SELECT min(id::text) FROM user_groups), (SELECT min(id::text) FROM users)]"))!;
    }

    /// <summary>Returns the SQL of a new UUIDv7. A higher number gives a later id.</summary>
    public static string NewId(string number) =>
        $"(lpad(to_hex(1700000000000 + {number}), 12, '0') || '7' || {RandomHex(3)} || '8' || {RandomHex(15)})::uuid";

    private static string RandomHex(int length) => $"substr(md5(random()::text), 1, {length})";
}
