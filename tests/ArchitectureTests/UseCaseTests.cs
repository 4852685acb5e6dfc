using System.Reflection;
using CleanWorkspace.Application.Requests;
using FluentValidation;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>One file per use case, in reading order (docs/design.md, rule 3).</summary>
public sealed class UseCaseTests
{
    private const int LongestFile = 120;

    public static TheoryData<string> OperationIds => AddressTests.OperationIds;

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_file_holds_a_request_the_validator_of_its_body_and_a_handler_in_reading_order(string id)
    {
        var operation = Operation.Of(id);
        var hasBody = operation.Request!.IsSubclassOf(typeof(BodyRequest));
        string[] expected = hasBody
            ? [operation.RequestName, $"{operation.UseCase}Validator", $"{operation.UseCase}Handler"]
            : [operation.RequestName, $"{operation.UseCase}Handler"];

        var file = House.Tree($"src/Application/{operation.Noun}/{operation.UseCase}.cs");

        Assert.Equal(expected, file.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(type => type.Identifier.Text));
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_file_is_short_enough_to_read_at_once(string id)
    {
        var operation = Operation.Of(id);
        var path = $"src/Application/{operation.Noun}/{operation.UseCase}.cs";

        Assert.InRange(File.ReadAllLines(House.PathTo(path)).Length, 1, LongestFile);
    }

    [Fact]
    public void The_application_has_one_folder_for_each_noun_and_three_for_shared_machinery()
    {
        var folders = House.Trees("src/Application").Select(House.RelativePathOf).Select(path => path.Split('/')[2..^1]);

        Assert.Equal(
            [.. House.Nouns.Concat(["Lists", "Requests", "Transfers"]).Order(StringComparer.Ordinal)],
            folders.Select(folder => string.Join('/', folder)).Where(folder => folder.Length > 0).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validators_reach_for_nothing()
    {
        var validators = House.Application.GetTypes().Where(type => type.IsAssignableTo(typeof(IValidator))).ToList();

        Assert.NotEmpty(validators);
        Assert.All(
            validators.SelectMany(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)),
            constructor => Assert.Empty(constructor.GetParameters()));
    }
}
