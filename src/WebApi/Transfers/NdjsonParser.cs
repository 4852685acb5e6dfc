using System.Text.Json;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Json;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>
/// Reads one line of NDJSON at a time with <see cref="StrictJsonReader"/>. A line has the form in which the API shows a user or a group.
/// Its property <c>resource</c> says which of the two it is.
/// </summary>
internal sealed class NdjsonParser
{
    private const string Users = "users";
    private const string Groups = "user_groups";

    // The last line of an export. It has nothing to import.
    private const string Events = "events";

    private static readonly string[] ListProperties = ["user_groups", "teams"];

    // An import does not set these, so a line may have any value.
    private static readonly string[] IgnoredProperties = ["created_at", "updated_at"];

    private static readonly string[] UserTexts = [.. ImportColumns.Users.Select(column => column.Name)];
    private static readonly string[] GroupTexts = [.. ImportColumns.Groups.Select(column => column.Name)];

    private static readonly string[] UserProperties = ["resource", "id", "email", .. UserTexts, "role", "_role", .. ListProperties];
    private static readonly string[] GroupProperties = ["resource", "id", "name", .. GroupTexts];

    // The resource can come last in the line, so the reader accepts the properties of both.
    private static readonly AcceptedProperty[] Properties =
    [
        .. UserProperties.Union(GroupProperties).Except(ListProperties).Select(name => new AcceptedProperty(name, PropertyKind.Text)),
        .. ListProperties.Select(name => new AcceptedProperty(name, PropertyKind.List)),
        .. IgnoredProperties.Append("next").Select(name => new AcceptedProperty(name, PropertyKind.Ignored)),
    ];

    private static readonly bool[] BelongsToUsers = [.. Properties.Select(property => IsOf(UserProperties, property))];
    private static readonly bool[] BelongsToGroups = [.. Properties.Select(property => IsOf(GroupProperties, property))];

    private static readonly int ResourceIndex = IndexOf("resource");
    private static readonly int IdIndex = IndexOf("id");
    private static readonly int EmailIndex = IndexOf("email");
    private static readonly int RoleIndex = IndexOf("role");
    private static readonly int RoleAliasIndex = IndexOf("_role");
    private static readonly int UserGroupsIndex = IndexOf("user_groups");
    private static readonly int TeamsIndex = IndexOf("teams");
    private static readonly int NameIndex = IndexOf("name");
    private static readonly int[] UserTextIndexes = [.. UserTexts.Select(IndexOf)];
    private static readonly int[] GroupTextIndexes = [.. GroupTexts.Select(IndexOf)];

    private readonly StrictJsonReader _reader = new(Properties, reportsElements: false);
    private readonly Fault?[] _faultOf = new Fault?[Properties.Length];

    /// <summary>Reads a line.</summary>
    /// <param name="json">The line, not blank.</param>
    /// <param name="line">The number of the line, from 1.</param>
    public ImportRow Parse(ReadOnlySpan<byte> json, long line)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return new UnreadableRow(line, null, new Fault("invalid_type", "Must be a JSON object."));
            }

            _reader.Read(ref reader);
            // Throws if anything but white space follows the object.
            reader.Read();
        }
        catch (JsonException exception)
        {
            return new UnreadableRow(line, null, new Fault(
                "invalid_json", $"Is not valid JSON, or nested too deeply: see byte {exception.BytePositionInLine + 1} of the line."));
        }

        FindFaults();
        if (_reader.Has(ResourceIndex) && FindFaultOfResource() is { } fault)
        {
            return new UnreadableRow(line, "resource", fault);
        }

        return _reader.Text(ResourceIndex).Value switch
        {
            Events => new BlankRow(line),
            Groups => ReadGroup(line),
            _ => ReadUser(line),
        };
    }

    // Of several faults of a property the row reports the last: a repetition, if there is one.
    private void FindFaults()
    {
        Array.Clear(_faultOf);
        foreach (var fault in _reader.Faults)
        {
            if (fault.Index >= 0)
            {
                _faultOf[fault.Index] = fault.Fault;
            }
        }
    }

    private Fault? FindFaultOfResource() =>
        _faultOf[ResourceIndex]
        ?? (_reader.Text(ResourceIndex).Value is Users or Groups or Events
            ? null
            : new Fault("unknown_resource", $"Must be {Users} or {Groups}. A line without resource describes a user."));

    private ImportUserRow ReadUser(long line) => new(line)
    {
        ReadingFaults = ToRefusedRows(line, BelongsToUsers),
        Id = Text(IdIndex),
        Email = Text(EmailIndex),
        Texts = Texts(UserTextIndexes),
        Role = Text(RoleIndex),
        RoleAlias = Text(RoleAliasIndex),
        UserGroups = List(UserGroupsIndex),
        Teams = List(TeamsIndex),
    };

    private ImportGroupRow ReadGroup(long line) => new(line)
    {
        ReadingFaults = ToRefusedRows(line, BelongsToGroups),
        Id = Text(IdIndex),
        Name = Text(NameIndex),
        Texts = Texts(GroupTextIndexes),
    };

    // First the faults of unknown properties, then those of known ones. A property of the other resource is unknown.
    private RefusedRow[] ToRefusedRows(long line, bool[] isKnown)
    {
        List<RefusedRow>? rows = null;
        foreach (var fault in _reader.Faults)
        {
            if (fault.Index < 0)
            {
                // PostgreSQL stores the faults, and its texts have no NUL.
                (rows ??= []).Add(new RefusedRow(line, fault.Name?.Replace('\0', '\uFFFD'), fault.Fault));
            }
        }

        for (var i = 0; i < Properties.Length; i++)
        {
            if (_reader.Has(i) && (isKnown[i] ? _faultOf[i] : ReadingFaults.UnknownProperty) is { } fault)
            {
                (rows ??= []).Add(new RefusedRow(line, Properties[i].Name, fault));
            }
        }

        return rows is null ? [] : [.. rows];
    }

    private Optional<string?> Text(int index) => _faultOf[index] is null ? _reader.Text(index) : default;

    private Optional<IReadOnlyList<string?>?> List(int index) => _faultOf[index] is null ? _reader.List(index) : default;

    private TextValues Texts(int[] indexes)
    {
        var values = new Optional<string?>[indexes.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Text(indexes[i]);
        }

        return new TextValues(values);
    }

    private static int IndexOf(string name) => Array.FindIndex(Properties, property => property.Name == name);

    private static bool IsOf(string[] names, AcceptedProperty property) =>
        names.Contains(property.Name) || IgnoredProperties.Contains(property.Name);
}
