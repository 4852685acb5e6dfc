using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>An id in a path that is no UUID is no resource's id, so no route leads there: 404.</summary>
internal sealed class UuidRouteConstraint : IRouteConstraint
{
    public const string Name = "uuid";

    public bool Match(
        HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values[routeKey] is Guid || Uuid.TryParse(values[routeKey] as string, out _);
}
