using CleanWorkspace.Application.Requests;
namespace CleanWorkspace.Application;

/// <summary>The request cannot be carried out as it stands, and nothing was changed: 400.</summary>
/// <param name="faults">Everything that is wrong with it; at least one.</param>
public sealed class InvalidRequestException(IReadOnlyList<RequestFault> faults) : Exception("The request is invalid.")
{
    /// <summary>Everything that is wrong with the request.</summary>
    public IReadOnlyList<RequestFault> Faults { get; } = faults;
}
