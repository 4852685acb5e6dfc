namespace CleanWorkspace.Domain.Values;

/// <summary>A value that may be absent. Absent differs from null: a PATCH leaves absent values as they are.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly record struct Optional<T>
{
    /// <summary>A given value.</summary>
    public Optional(T value)
    {
        Value = value;
        IsGiven = true;
    }

    /// <summary>True if a value is given; false for <see langword="default"/>.</summary>
    public bool IsGiven { get; }

    /// <summary>The value, or the default of its type if none is given.</summary>
    public T? Value { get; }

    /// <summary>Converts the value. An absent value stays absent.</summary>
    public Optional<TResult> Select<TResult>(Func<T, TResult> convert) =>
        IsGiven ? new Optional<TResult>(convert(Value!)) : default;

    /// <summary>A given value.</summary>
    public static implicit operator Optional<T>(T value) => new(value);
}
