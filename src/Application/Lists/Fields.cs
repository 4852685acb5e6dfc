using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Lists;

/// <summary>Which properties of a resource are shown, by their names in JSON. What is not shown is not read either.</summary>
/// <typeparam name="T">The resource as it is shown.</typeparam>
public sealed class Fields<T> : Fields, IQueryValue<Fields<T>>
{
    private static readonly string[] Names =
    [
        .. typeof(T).GetProperties()
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(JsonNames.Of),
    ];

    private readonly bool[] _shown;

    private Fields(bool[] shown)
        : base(shown.All(isShown => isShown)) => _shown = shown;

    /// <summary>Every property.</summary>
    public static Fields<T> All { get; } = new([.. Names.Select(_ => true)]);

    /// <summary>No property: all that matters is whether the resource is there.</summary>
    public static Fields<T> None { get; } = new(new bool[Names.Length]);

    /// <inheritdoc/>
    public static string Code => "unknown_field";

    /// <inheritdoc/>
    public static string Form => $"as names with commas between them, from {string.Join(", ", Names)}";

    /// <summary>The names with commas between them, each as often as anybody likes.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Fields<T>? value)
    {
        var names = (text ?? "").Split(',');
        value = names.All(Names.Contains) ? new Fields<T>([.. Names.Select(names.Contains)]) : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public override bool Has(string name) => Array.IndexOf(Names, name) is var index && (index < 0 || _shown[index]);
}

/// <summary>Which properties of a resource are shown, whatever resource it is.</summary>
/// <param name="areAll">Whether it is every one of them.</param>
public abstract class Fields(bool areAll)
{
    /// <summary>Whether every property is shown.</summary>
    public bool AreAll { get; } = areAll;

    /// <summary>Whether the property of that name is shown; one that cannot be chosen always is.</summary>
    public abstract bool Has(string name);
}
