using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The operationId is the address (docs/design.md, rule 2).</summary>
public sealed class AddressTests
{
    public static TheoryData<string> OperationIds => [.. Operation.All.Select(operation => operation.Id)];

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void An_operation_is_named_after_its_controller_and_action(string id) => Assert.Equal(Operation.Of(id).ExpectedId, id);

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void An_action_sends_the_request_that_is_named_after_it(string id)
    {
        var operation = Operation.Of(id);
        var action = Codebase.Tree($"src/WebApi/Controllers/{operation.Controller.Name}.cs").GetRoot().DescendantNodes()
            .OfType<MethodDeclarationSyntax>()
            .Single(method => method.Identifier.Text == operation.Action.Name);

        Assert.NotNull(operation.Request);
        Assert.Contains(action.DescendantNodes().OfType<IdentifierNameSyntax>(), name => name.Identifier.Text == operation.RequestName);
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_request_has_one_handler_in_the_file_of_its_use_case(string id)
    {
        var operation = Operation.Of(id);
        var handler = Assert.Single(operation.Handlers);

        Assert.EndsWith("Handler", handler.Name, StringComparison.Ordinal);
        var types = Codebase.Tree($"src/Application/{operation.Noun}/{operation.UseCase}.cs").GetRoot().DescendantNodes()
            .OfType<TypeDeclarationSyntax>()
            .Select(type => type.Identifier.Text)
            .ToList();
        Assert.Contains(handler.Name, types);
        Assert.Contains(operation.RequestName, types);
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void The_name_of_a_use_case_is_that_of_its_action_and_contains_the_noun(string id)
    {
        var operation = Operation.Of(id);
        var words = new NounWords(operation.Noun);

        Assert.Equal(words.RemoveFrom(operation.Action.Name), words.RemoveFrom(operation.UseCase));
        Assert.True(words.RemoveFrom(operation.UseCase) != operation.UseCase, $"{operation.UseCase} does not contain the noun");
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void Every_use_case_has_a_test_file(string id)
    {
        var operation = Operation.Of(id);
        var path = $"tests/IntegrationTests/Http/{operation.Noun}/{operation.UseCase}Tests.cs";

        Assert.True(File.Exists(Codebase.PathTo(path)), $"There is no file {path}");
    }

    [Fact]
    public void Every_request_belongs_to_an_operation()
    {
        var handled = Codebase.Application.GetTypes().Select(Operation.HandledBy).OfType<Type>().Select(request => request.Name);
        var sent = Operation.All.Select(operation => operation.RequestName);

        Assert.Equal(handled.Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
    }
}
