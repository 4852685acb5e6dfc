using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.Application.Transfers;

/// <summary>The values of a row's text columns, indexed like <see cref="ImportColumns"/>. The default has no values.</summary>
/// <param name="values">One entry a column. The caller does not change it afterwards.</param>
public readonly struct TextValues(Optional<string?>[] values)
{
    private readonly Optional<string?>[]? _values = values;

    /// <summary>Whether the row gives a value for at least one of the columns.</summary>
    public bool AreAnyGiven
    {
        get
        {
            foreach (var value in _values ?? [])
            {
                if (value.IsGiven)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The value of a column.</summary>
    /// <param name="column">The index of the column.</param>
    public Optional<string?> this[int column] => _values is null ? default : _values[column];
}
