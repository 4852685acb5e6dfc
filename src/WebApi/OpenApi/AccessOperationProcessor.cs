using CleanWorkspace.Domain.Users;
using CleanWorkspace.WebApi.Authentication;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Adds the required role to the description of an operation. An operation without one cannot answer 403.</summary>
internal sealed class AccessOperationProcessor : IOperationProcessor
{
    private const string Forbidden = "403";

    /// <summary>Changes the description of the operation.</summary>
    public bool Process(OperationProcessorContext context)
    {
        var operation = context.OperationDescription.Operation;
        var noun = context.ControllerType.Name[..^"Controller".Length];
        var role = AccessTable.RequiredRoleOf(noun, operation.OperationId, context.OperationDescription.Method.ToUpperInvariant());
        var access = role switch
        {
            null => "Requires a credential with any role, or without a role.",
            Role.Admin => "Requires a credential with the role `admin`.",
            { } other => $"Requires a credential with the role `{RoleName.Of(other)}` or a more powerful one.",
        };
        if (role is null)
        {
            operation.Responses.Remove(Forbidden);
        }

        operation.Description = string.IsNullOrEmpty(operation.Description) ? access : $"{operation.Description}\n\n{access}";
        return true;
    }
}
