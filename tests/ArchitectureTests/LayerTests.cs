using System.Reflection;
using System.Xml.Linq;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Clean Architecture: every layer knows only the layers inside it.</summary>
public sealed class LayerTests
{
    public static TheoryData<string> Projects => [.. House.Layers];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_layer_refers_to_no_layer_outside_it(string project)
    {
        var inner = House.Layers.TakeWhile(layer => layer != project).ToList();

        Assert.All(Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension), name => Assert.Contains(name, inner));
        Assert.All(
            References(project).Where(name => name.StartsWith("CleanWorkspace.", StringComparison.Ordinal)),
            name => Assert.Contains(name["CleanWorkspace.".Length..], inner));
    }

    [Fact]
    public void The_domain_knows_nothing_but_the_framework()
    {
        Assert.Empty(Items("Domain", "PackageReference"));
        Assert.Empty(Items("Domain", "FrameworkReference"));

        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Assert.All(References("Domain"), name => Assert.True(File.Exists(Path.Combine(framework, $"{name}.dll")), $"{name} is no part of .NET"));
    }

    [Theory]
    [InlineData("Npgsql")]
    [InlineData("Microsoft.EntityFrameworkCore.Relational")]
    [InlineData("Microsoft.AspNetCore")]
    public void The_application_knows_neither_a_database_provider_nor_the_web(string package)
    {
        string[] known = [.. References("Application"), .. Items("Application", "PackageReference"), .. Items("Application", "FrameworkReference")];

        Assert.Contains(known, name => name == "Microsoft.EntityFrameworkCore");
        Assert.DoesNotContain(known, name => name == package || name.StartsWith($"{package}.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project) =>
        Assembly.Load($"CleanWorkspace.{project}").GetReferencedAssemblies().Select(reference => reference.Name!);

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(House.PathTo($"src/{project}/{project}.csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value.Replace('\\', '/'));
}
