using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;

namespace CleanWorkspace.Application.Lists;

/// <summary>The properties of a resource that an answer shows, by their names in JSON. Hidden properties are not read.</summary>
/// <typeparam name="T">The resource.</typeparam>
public sealed class Fields<T> : Fields, IQueryValue<Fields<T>>
{
    private static readonly string[] Names =
    [
        .. typeof(T).GetProperties()
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(JsonNames.Of),
    ];

    private readonly bool[] _isShown;

    private Fields(bool[] isShown)
        : base(isShown.All(shown => shown)) => _isShown = isShown;

    /// <summary>Every property.</summary>
    public static Fields<T> All { get; } = new([.. Names.Select(_ => true)]);

    /// <summary>No property. It tells only whether the resource exists.</summary>
    public static Fields<T> None { get; } = new(new bool[Names.Length]);

    /// <inheritdoc/>
    public static string Code => "unknown_field";

    /// <inheritdoc/>
    public static string Form => $"as names separated by commas. Known names: {string.Join(", ", Names)}";

    /// <inheritdoc/>
    public static IReadOnlyList<string> Values => Names;

    /// <summary>Reads names separated by commas. Repetitions are allowed.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Fields<T>? value)
    {
        var names = (text ?? "").Split(',');
        value = names.All(Names.Contains) ? Of(names) : null;
        return value is not null;
    }

    /// <summary>Shows the properties with these names.</summary>
    public static Fields<T> Of(params string[] names) => new([.. Names.Select(name => names.Contains(name))]);

    /// <inheritdoc/>
    public override bool Has(string name) => Array.IndexOf(Names, name) is var index && (index < 0 || _isShown[index]);
}

/// <summary>The properties that an answer shows, for any resource.</summary>
/// <param name="areAll">True if every property is shown.</param>
public abstract class Fields(bool areAll)
{
    /// <summary>True if every property is shown.</summary>
    public bool AreAll { get; } = areAll;

    /// <summary>Tells whether the property is shown. A name that clients cannot choose is always shown.</summary>
    public abstract bool Has(string name);
}
