[assembly: TestFramework("CleanWorkspace.IntegrationTests.Hosting.WorkspaceTestFramework", "CleanWorkspace.IntegrationTests")]

namespace CleanWorkspace.OperationsTests;

/// <summary>A test with real programs, such as nginx. It is skipped if one of them is not installed, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DrillAttribute : FactAttribute
{
    public DrillAttribute(params string[] programs)
    {
        var missing = programs.Where(program => ExternalProgram.Find(program) is null).ToList();
        if (missing.Count > 0)
        {
            Skip = $"Not installed: {string.Join(", ", missing)}. On Debian: apt-get install {string.Join(' ', missing)}";
        }
    }
}
