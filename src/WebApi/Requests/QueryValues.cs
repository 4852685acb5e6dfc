using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>Recognises the types of query parameters that implement <see cref="IQueryValue{TSelf}"/>.</summary>
internal static class QueryValues
{
    /// <summary>True if the type is such a parameter.</summary>
    public static bool Is(Type type) =>
        type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IQueryValue<>));

    /// <summary>Returns the right syntax of the type, from <see cref="IQueryValue{TSelf}.Form"/>.</summary>
    public static string FormOf(Type type) =>
        (string)type.GetProperty(nameof(IQueryValue<Cursor>.Form))!.GetValue(null)!;

    /// <summary>Returns the values of the type, from <see cref="IQueryValue{TSelf}.Values"/>; none if it does not list them.</summary>
    public static IReadOnlyList<string> ValuesOf(Type type) =>
        (IReadOnlyList<string>?)type.GetProperty(nameof(IQueryValue<Cursor>.Values))?.GetValue(null) ?? [];
}
