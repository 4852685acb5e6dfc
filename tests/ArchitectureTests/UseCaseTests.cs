using System.Reflection;
using CleanWorkspace.Application.Requests;
using FluentValidation;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>There is one file per use case, in reading order (docs/design.md, rule 3).</summary>
public sealed class UseCaseTests
{
    private const int MaxLines = 120;

    public static TheoryData<string> OperationIds => AddressTests.OperationIds;

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_file_has_the_request_the_validator_of_its_body_and_the_handler_in_this_order(string id)
    {
        var operation = Operation.Of(id);
        var hasBody = operation.Request!.IsSubclassOf(typeof(BodyRequest));
        string[] expected = hasBody
            ? [operation.RequestName, $"{operation.UseCase}Validator", $"{operation.UseCase}Handler"]
            : [operation.RequestName, $"{operation.UseCase}Handler"];

        var file = Codebase.Tree($"src/Application/{operation.Noun}/{operation.UseCase}.cs");

        Assert.Equal(expected, file.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text));
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_file_has_at_most_120_lines(string id)
    {
        var operation = Operation.Of(id);
        var path = $"src/Application/{operation.Noun}/{operation.UseCase}.cs";

        Assert.InRange(File.ReadAllLines(Codebase.PathTo(path)).Length, 1, MaxLines);
    }

    [Fact]
    public void The_application_has_one_folder_for_each_noun_and_three_for_shared_code()
    {
        var folders = Codebase.Trees("src/Application").Select(Codebase.RelativePathOf).Select(path => path.Split('/')[2..^1]);

        Assert.Equal(
            [.. Codebase.Nouns.Concat(["Lists", "Requests", "Transfers"]).Order(StringComparer.Ordinal)],
            folders.Select(folder => string.Join('/', folder)).Where(folder => folder.Length > 0).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validators_have_no_dependencies()
    {
        var validators = Codebase.Application.GetTypes().Where(type => type.IsAssignableTo(typeof(IValidator))).ToList();

        Assert.NotEmpty(validators);
        Assert.All(
            validators.SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)),
            constructor => Assert.Empty(constructor.GetParameters()));
    }
}
