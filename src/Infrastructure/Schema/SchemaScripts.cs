using System.Reflection;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CleanWorkspace.Infrastructure.Schema;

/// <summary>
/// The scripts of this folder: the current text of every function, trigger and expression index. They are embedded in the program and can
/// run again on any database (<c>docs/decisions/0016</c>).
/// </summary>
internal static class SchemaScripts
{
    // In the order in which they depend on each other.
    private static readonly string[] Prerequisites = ["extensions", "fold_text", "search_text"];
    private static readonly string[] Scripts = ["writes", "touch", "counts", "audit", "api_keys", "events", "indexes"];

    /// <summary>The names of all scripts, in the order in which they run.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Prerequisites, .. Scripts];

    /// <summary>Runs the scripts that tables need. The first migration begins with it.</summary>
    public static void ApplyPrerequisites(this MigrationBuilder builder) => Apply(builder, Prerequisites);

    /// <summary>Runs all scripts. Every migration ends with it.</summary>
    /// <remarks>
    /// Only the newest migration really runs them: the scripts have their current text, and it may need tables and columns of later
    /// migrations.
    /// </remarks>
    /// <param name="builder">The builder of the migration.</param>
    /// <param name="migration">The migration.</param>
    public static void ApplySchema(this MigrationBuilder builder, Migration migration)
    {
        var migrations = typeof(SchemaScripts).Assembly.GetTypes().Where(type => type.IsDefined(typeof(MigrationAttribute)));
        if (migrations.MaxBy(IdOf) == migration.GetType())
        {
            Apply(builder, Names);
        }
    }

    /// <summary>Drops all triggers and their functions. The method Down of every migration begins with it.</summary>
    /// <remarks>
    /// A column cannot be dropped while a trigger names it. The scripts of an earlier version are not known here, so the database has no
    /// triggers until it is migrated up again.
    /// </remarks>
    public static void DropTriggers(this MigrationBuilder builder) => builder.Sql(
        """
        DO $$
        DECLARE
            routine regprocedure;
        BEGIN
            FOR routine IN
                SELECT DISTINCT tgfoid FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE 'tr\_%'
            LOOP
                EXECUTE format('DROP FUNCTION %s CASCADE', routine);
            END LOOP;
        END
        $$
        """);

    /// <summary>Returns the text of a script.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(SchemaScripts).Assembly.GetManifestResourceStream(typeof(SchemaScripts), $"{name}.sql")
            ?? throw new InvalidOperationException($"The script {name}.sql is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static void Apply(MigrationBuilder builder, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            builder.Sql(Read(name));
        }
    }

    private static string IdOf(Type migration) => migration.GetCustomAttribute<MigrationAttribute>()!.Id;
}
