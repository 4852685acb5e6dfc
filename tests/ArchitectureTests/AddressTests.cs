using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CleanWorkspace.ArchitectureTests;

/// <summary>The operationId is the address of the code (docs/design.md, rule 2).</summary>
public sealed class AddressTests
{
    public static TheoryData<string> OperationIds => [.. Operation.All.Select(operation => operation.Id)];

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void An_operation_is_named_after_its_controller_and_action(string id) => Assert.Equal(Operation.Of(id).ExpectedId, id);

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void An_action_sends_the_request_of_its_name(string id)
    {
        var operation = Operation.Of(id);
        var action = House.Tree($"src/WebApi/Controllers/{operation.Controller.Name}.cs").GetRoot().DescendantNodes()
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
        var types = House.Tree($"src/Application/{operation.Noun}/{operation.UseCase}.cs").GetRoot().DescendantNodes()
            .OfType<TypeDeclarationSyntax>()
            .Select(type => type.Identifier.Text)
            .ToList();
        Assert.Contains(handler.Name, types);
        Assert.Contains(operation.RequestName, types);
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_use_case_is_named_like_its_action_but_may_add_the_noun(string id)
    {
        var operation = Operation.Of(id);
        var words = new NounWords(operation.Noun);

        Assert.Equal(words.RemoveFrom(operation.Action.Name), words.RemoveFrom(operation.UseCase));
        Assert.True(words.RemoveFrom(operation.UseCase) != operation.UseCase, $"{operation.UseCase} does not say of what");
    }

    [Theory]
    [MemberData(nameof(OperationIds))]
    public void A_use_case_has_its_test(string id)
    {
        var operation = Operation.Of(id);
        var path = $"tests/IntegrationTests/Http/{operation.Noun}/{operation.UseCase}Tests.cs";

        Assert.True(File.Exists(House.PathTo(path)), $"{path} is missing");
    }

    [Fact]
    public void Every_request_has_its_operation()
    {
        var handled = House.Application.GetTypes().Select(Operation.HandledBy).OfType<Type>().Select(request => request.Name);

        Assert.Equal(handled.Order(StringComparer.Ordinal), Operation.All.Select(operation => operation.RequestName).Order(StringComparer.Ordinal));
    }
}
