using CleanWorkspace.Domain.Users;
using CleanWorkspace.WebApi.Authentication;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Adds the required role to the description of an operation.</summary>
internal sealed class AccessOperationProcessor : IOperationProcessor
{
    /// <summary>Changes the description of the operation.</summary>
    public bool Process(OperationProcessorContext context)
    {
        var operation = context.OperationDescription.Operation;
        var noun = context.ControllerType.Name[..^"Controller".Length];
        var role = AccessTable.RequiredRoleOf(noun, context.OperationDescription.Method.ToUpperInvariant());
        var access = role == Role.Admin
            ? "Requires a credential with the role `admin`."
            : $"Requires a credential with the role `{RoleName.Of(role)}` or a more powerful one.";
        operation.Description = string.IsNullOrEmpty(operation.Description) ? access : $"{operation.Description}\n\n{access}";
        return true;
    }
}
