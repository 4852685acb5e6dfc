namespace CleanWorkspace.Domain.Values;

/// <summary>A value that may be absent, which is not the same as given and null: a PATCH leaves the absent alone.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly record struct Optional<T>
{
    /// <summary>A given value.</summary>
    public Optional(T value)
    {
        Value = value;
        IsGiven = true;
    }

    /// <summary>Whether there is a value; <see langword="false"/> for <see langword="default"/>.</summary>
    public bool IsGiven { get; }

    /// <summary>The value, or the default of its type where none is given.</summary>
    public T? Value { get; }

    /// <summary>The same absence, or the value converted.</summary>
    public Optional<TResult> Select<TResult>(Func<T, TResult> convert) =>
        IsGiven ? new Optional<TResult>(convert(Value!)) : default;

    /// <summary>A given value.</summary>
    public static implicit operator Optional<T>(T value) => new(value);
}
