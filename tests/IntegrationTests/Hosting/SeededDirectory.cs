namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>A directory with ties, gaps, capitals and accents in everything that lists are ordered by and chosen from.</summary>
internal static class SeededDirectory
{
    /// <summary>So many users, each third of a name, with two groups between them; answers the ids of the groups.</summary>
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
            INSERT INTO memberships (group_id, user_id) SELECT (SELECT min(id::text)::uuid FROM user_groups), id FROM users WHERE role <> 'viewer';
            INSERT INTO memberships (group_id, user_id)
            SELECT id, (SELECT min(id::text)::uuid FROM users) FROM user_groups WHERE name IS DISTINCT FROM 'Writers' ON CONFLICT DO NOTHING;
            """);
        return (string[])(await service.ExecuteAsync("SELECT ARRAY[(SELECT min(id::text) FROM user_groups), (SELECT min(id::text) FROM users)]"))!;
    }

    /// <summary>What the database is asked for as the text of a new id of version 7, in the order of a number.</summary>
    public static string NewId(string number) =>
        $"(lpad(to_hex(1700000000000 + {number}), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid";
}
