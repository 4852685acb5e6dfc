using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Matches UUIDs in paths. Any other id cannot belong to a resource, so the answer is 404.</summary>
internal sealed class UuidRouteConstraint : IRouteConstraint
{
    /// <summary>The name of the constraint in route templates.</summary>
    public const string Name = "uuid";

    /// <summary>Tells whether the value is a UUID.</summary>
    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values[routeKey] is Guid || Uuid.TryParse(values[routeKey] as string, out _);
}
