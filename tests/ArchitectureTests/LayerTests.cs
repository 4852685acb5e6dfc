using System.Reflection;
using System.Xml.Linq;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>Clean Architecture: each layer refers only to the layers inside it.</summary>
public sealed class LayerTests
{
    public static TheoryData<string> Projects => [.. Codebase.Layers];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_layer_refers_only_to_layers_inside_it(string project)
    {
        var inner = Codebase.Layers.TakeWhile(layer => layer != project).ToList();

        var projects = Items(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension);
        Assert.All(projects, name => Assert.Contains(name, inner));
        Assert.All(
            References(project).Where(name => name.StartsWith("CleanWorkspace.", StringComparison.Ordinal)),
            name => Assert.Contains(name["CleanWorkspace.".Length..], inner));
    }

    [Fact]
    public void The_domain_refers_only_to_NET()
    {
        Assert.Empty(Items("Domain", "PackageReference"));
        Assert.Empty(Items("Domain", "FrameworkReference"));

        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Assert.All(References("Domain"), name =>
            Assert.True(File.Exists(Path.Combine(framework, $"{name}.dll")), $"{name} is not part of .NET"));
    }

    [Theory]
    [InlineData("Npgsql")]
    [InlineData("Microsoft.EntityFrameworkCore.Relational")]
    [InlineData("Microsoft.AspNetCore")]
    public void The_application_refers_neither_to_a_database_provider_nor_to_the_web(string package)
    {
        string[] known =
        [
            .. References("Application"),
            .. Items("Application", "PackageReference"),
            .. Items("Application", "FrameworkReference"),
        ];

        Assert.Contains(known, name => name == "Microsoft.EntityFrameworkCore");
        Assert.DoesNotContain(known, name => name == package || name.StartsWith($"{package}.", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string project) =>
        Assembly.Load($"CleanWorkspace.{project}").GetReferencedAssemblies().Select(reference => reference.Name!);

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Codebase.PathTo($"src/{project}/{project}.csproj"))
            .Descendants(kind)
            .Select(item => item.Attribute("Include")!.Value.Replace('\\', '/'));
}
