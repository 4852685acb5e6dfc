using System.Text.Json;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Requests;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>
/// Reads one line of NDJSON at a time: a resource as it is shown, told apart by its property <c>resource</c>. Nothing is dropped in
/// silence: an unknown or repeated property or a wrong type is a fault.
/// </summary>
internal sealed class NdjsonParser
{
    // Where each is in Properties.
    private const int Resource = 0;
    private const int Id = 1;
    private const int Email = 2;
    private const int FirstName = 3;
    private const int LastName = 4;
    private const int Role = 5;
    private const int RoleAlias = 6;
    private const int UserGroups = 7;
    private const int Teams = 8;
    private const int Name = 9;
    private const int Icon = 10;
    private const int Description = 11;

    private static readonly Property[] Properties =
    [
        new("resource"u8.ToArray(), OfUsers: true, OfGroups: true),
        new("id"u8.ToArray(), OfUsers: true, OfGroups: true),
        new("email"u8.ToArray(), OfUsers: true),
        new("first_name"u8.ToArray(), OfUsers: true),
        new("last_name"u8.ToArray(), OfUsers: true),
        new("role"u8.ToArray(), OfUsers: true),
        new("_role"u8.ToArray(), OfUsers: true),
        new("user_groups"u8.ToArray(), OfUsers: true, IsList: true),
        new("teams"u8.ToArray(), OfUsers: true, IsList: true),
        new("name"u8.ToArray(), OfGroups: true),
        new("icon"u8.ToArray(), OfGroups: true),
        new("description"u8.ToArray(), OfGroups: true),
        // Whatever they are, an import does not set them.
        new("created_at"u8.ToArray(), OfUsers: true, OfGroups: true, IsIgnored: true),
        new("updated_at"u8.ToArray(), OfUsers: true, OfGroups: true, IsIgnored: true),
    ];

    private readonly bool[] _isGiven = new bool[Properties.Length];
    private readonly Fault?[] _faultOf = new Fault?[Properties.Length];
    private readonly string?[] _texts = new string?[Properties.Length];
    private readonly List<string?>?[] _lists = new List<string?>?[Properties.Length];
    private readonly List<RefusedRow> _faults = [];

    /// <summary>What the line says, or why it says nothing.</summary>
    public ImportRow Parse(ReadOnlySpan<byte> json, long line)
    {
        Array.Clear(_isGiven);
        Array.Clear(_faultOf);
        Array.Clear(_texts);
        Array.Clear(_lists);
        _faults.Clear();
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return new UnreadableRow(line, null, new Fault("invalid_type", "Must be a JSON object."));
            }

            ReadProperties(ref reader, line);
        }
        catch (JsonException exception)
        {
            return new UnreadableRow(line, null, new Fault(
                "invalid_json", $"Is not valid JSON, or nested too deeply: see byte {exception.BytePositionInLine + 1} of the line."));
        }

        return Build(line);
    }

    private void ReadProperties(ref Utf8JsonReader reader, long line)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_faults.Count >= ReadingFaults.MaxCount)
            {
                _faults.Add(new RefusedRow(line, null, ReadingFaults.TooMany));
                return;
            }

            var index = FindProperty(ref reader);
            if (index < 0)
            {
                _faults.Add(TryGetString(ref reader, out var name)
                    ? new RefusedRow(line, ReadingFaults.Shorten(name!), ReadingFaults.UnknownProperty)
                    : new RefusedRow(line, null, ReadingFaults.NameNotUnicode));
            }
            else if (_isGiven[index])
            {
                _faultOf[index] = ReadingFaults.DuplicateProperty;
            }

            reader.Read();
            if (index < 0 || _isGiven[index] || Properties[index].IsIgnored)
            {
                reader.Skip();
            }
            else if (Properties[index].IsList)
            {
                ReadList(ref reader, index);
            }
            else if (!TryReadText(ref reader, out _texts[index], out var fault))
            {
                _faultOf[index] = fault;
            }

            if (index >= 0)
            {
                _isGiven[index] = true;
            }
        }

        // Throws where something comes after the object.
        reader.Read();
    }

    private void ReadList(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            _faultOf[index] = ReadingFaults.NotList;
            return;
        }

        var list = new List<string?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var isNull = reader.TokenType == JsonTokenType.Null;
            if (!TryReadText(ref reader, out var text, out var fault) || isNull)
            {
                _faultOf[index] ??= fault == ReadingFaults.NotUnicode ? fault : ReadingFaults.NotList;
            }

            list.Add(text);
        }

        _lists[index] = list;
    }

    private ImportRow Build(long line)
    {
        var isGroup = _texts[Resource] == "user_groups";
        if (_isGiven[Resource] && (_faultOf[Resource] is not null || !(isGroup || _texts[Resource] == "users")))
        {
            return new UnreadableRow(line, "resource", _faultOf[Resource] ?? new Fault("unknown_resource", "Must be users or user_groups, or be left out for users."));
        }

        for (var i = 0; i < Properties.Length; i++)
        {
            var (fault, isKnown) = (_faultOf[i], isGroup ? Properties[i].OfGroups : Properties[i].OfUsers);
            if (_isGiven[i] && (fault is not null || !isKnown))
            {
                _faults.Add(new RefusedRow(line, Properties[i].ToString(), isKnown ? fault! : ReadingFaults.UnknownProperty));
            }
        }

        RefusedRow[] faults = _faults.Count == 0 ? [] : [.. _faults];
        return isGroup
            ? new ImportGroupRow(line) { ReadingFaults = faults, Id = Text(Id), Name = Text(Name), Icon = Text(Icon), Description = Text(Description) }
            : new ImportUserRow(line)
            {
                ReadingFaults = faults,
                Id = Text(Id),
                Email = Text(Email),
                FirstName = Text(FirstName),
                LastName = Text(LastName),
                Role = Text(Role),
                RoleAlias = Text(RoleAlias),
                UserGroups = List(UserGroups),
                Teams = List(Teams),
            };
    }

    private Optional<string?> Text(int index) => _isGiven[index] && _faultOf[index] is null ? new(_texts[index]) : default;

    private Optional<IReadOnlyList<string?>?> List(int index) => _isGiven[index] && _faultOf[index] is null ? new(_lists[index]) : default;

    private static int FindProperty(ref Utf8JsonReader reader)
    {
        try
        {
            for (var i = 0; i < Properties.Length; i++)
            {
                if (reader.ValueTextEquals(Properties[i].Name))
                {
                    return i;
                }
            }
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, which is in the name of no property.
        }

        return -1;
    }

    private static bool TryReadText(ref Utf8JsonReader reader, out string? text, out Fault? fault)
    {
        text = null;
        fault = null;
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            reader.Skip();
            fault = ReadingFaults.NotText;
        }
        else if (!TryGetString(ref reader, out text))
        {
            fault = ReadingFaults.NotUnicode;
        }

        return fault is null;
    }

    // The reader throws at an escaped lone surrogate: the form of the JSON is right, but the text is none.
    private static bool TryGetString(ref Utf8JsonReader reader, out string? text)
    {
        try
        {
            text = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private readonly record struct Property(byte[] Name, bool OfUsers = false, bool OfGroups = false, bool IsList = false, bool IsIgnored = false)
    {
        public override string ToString() => System.Text.Encoding.UTF8.GetString(Name);
    }
}
