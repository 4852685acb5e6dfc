using System.Text.Json;
using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Json;

/// <summary>
/// Reads a JSON object whose properties are strings and lists of strings. It reports each unknown property, repeated property, wrong
/// type and invalid Unicode text as a fault.
/// </summary>
/// <remarks>An instance can read several objects, one after another. It is not thread-safe.</remarks>
/// <param name="properties">The accepted properties. Values are found by the index in this list.</param>
/// <param name="reportsElements">True reports every wrong element of a list. False reports at most one fault for each list.</param>
internal sealed class StrictJsonReader(AcceptedProperty[] properties, bool reportsElements)
{
    private readonly State[] _states = new State[properties.Length];
    private readonly object?[] _values = new object?[properties.Length];
    private readonly List<JsonFault> _faults = [];

    private enum State : byte
    {
        Absent,
        Faulty,
        Read,
    }

    /// <summary>The faults in the order of the document. <see cref="ReadingFaults.TooMany"/> comes last if the limit is reached.</summary>
    public IReadOnlyList<JsonFault> Faults => _faults;

    /// <summary>Whether the object has the property, with or without a fault.</summary>
    public bool Has(int index) => _states[index] != State.Absent;

    /// <summary>The value of a text property. Not given if the property is absent or its value is not valid text.</summary>
    public Optional<string?> Text(int index) => _states[index] == State.Read ? new((string?)_values[index]) : default;

    /// <summary>The value of a list property. Not given if the property is absent or not a list. A wrong element is null.</summary>
    public Optional<IReadOnlyList<string?>?> List(int index) =>
        _states[index] == State.Read ? new((IReadOnlyList<string?>?)_values[index]) : default;

    /// <summary>Reads an object from its first token to its last.</summary>
    /// <param name="json">The reader at the first token of the object. Afterwards it is at the last token.</param>
    /// <exception cref="JsonException">The text is not valid JSON. Thrown even if faults were found before.</exception>
    public void Read(ref Utf8JsonReader json)
    {
        Array.Clear(_states);
        Array.Clear(_values);
        _faults.Clear();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (_faults.Count < ReadingFaults.MaxCount)
            {
                ReadProperty(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        if (_faults.Count >= ReadingFaults.MaxCount)
        {
            _faults.Add(new JsonFault(-1, null, null, ReadingFaults.TooMany));
        }
    }

    private void ReadProperty(ref Utf8JsonReader json)
    {
        var index = Find(ref json);
        if (index < 0)
        {
            _faults.Add(TryGetString(ref json, out var name)
                ? new JsonFault(-1, ReadingFaults.Shorten(name!), null, ReadingFaults.UnknownProperty)
                : new JsonFault(-1, null, null, ReadingFaults.NameNotUnicode));
            json.Skip();
            return;
        }

        if (_states[index] != State.Absent)
        {
            AddFault(index, null, ReadingFaults.DuplicateProperty);
            json.Skip();
            return;
        }

        json.Read();
        switch (properties[index].Kind)
        {
            case PropertyKind.Text:
                ReadText(ref json, index);
                break;
            case PropertyKind.List:
                ReadList(ref json, index);
                break;
            default:
                json.Skip();
                _states[index] = State.Read;
                break;
        }
    }

    private void ReadText(ref Utf8JsonReader json, int index)
    {
        var fault = ReadText(ref json, out var text);
        _values[index] = text;
        _states[index] = fault is null ? State.Read : State.Faulty;
        if (fault is not null)
        {
            AddFault(index, null, fault);
        }
    }

    private void ReadList(ref Utf8JsonReader json, int index)
    {
        _states[index] = State.Read;
        if (json.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            _states[index] = State.Faulty;
            AddFault(index, null, ReadingFaults.NotList);
            return;
        }

        var firstFault = _faults.Count;
        var count = 0;
        var list = new List<string?>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (++count > IdList.MaxCount)
            {
                json.Skip();
                continue;
            }

            var isNull = json.TokenType == JsonTokenType.Null;
            var fault = ReadText(ref json, out var element) ?? (isNull ? ReadingFaults.NotText : null);
            list.Add(element);
            if (fault is not null)
            {
                AddElementFault(index, count - 1, fault, firstFault);
            }
        }

        if (count > IdList.MaxCount)
        {
            // The check of the values reports the length. Faults of the elements would make the answer longer than the request.
            _faults.RemoveRange(firstFault, _faults.Count - firstFault);
            _values[index] = new string?[count];
        }
        else
        {
            _values[index] = list;
        }
    }

    private void AddElementFault(int index, int element, Fault fault, int firstFault)
    {
        if (reportsElements)
        {
            AddFault(index, element, fault);
        }
        else if (_faults.Count == firstFault)
        {
            AddFault(index, null, fault == ReadingFaults.NotText ? ReadingFaults.NotList : fault);
        }
    }

    private void AddFault(int index, int? element, Fault fault)
    {
        if (_faults.Count < ReadingFaults.MaxCount)
        {
            _faults.Add(new JsonFault(index, properties[index].Name, element, fault));
        }
    }

    private int Find(ref Utf8JsonReader json)
    {
        try
        {
            for (var i = 0; i < properties.Length; i++)
            {
                if (json.ValueTextEquals(properties[i].Utf8Name))
                {
                    return i;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // The name contains an escaped lone surrogate.
        }

        return -1;
    }

    private static Fault? ReadText(ref Utf8JsonReader json, out string? text)
    {
        if (json.TokenType is JsonTokenType.String or JsonTokenType.Null)
        {
            return TryGetString(ref json, out text) ? null : ReadingFaults.NotUnicode;
        }

        json.Skip();
        text = null;
        return ReadingFaults.NotText;
    }

    private static bool TryGetString(ref Utf8JsonReader json, out string? text)
    {
        try
        {
            text = json.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            // The reader accepts escaped lone surrogates and invalid UTF-8, but they are not text.
            text = null;
            return false;
        }
    }
}
