using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CleanWorkspace.Application.Lists;

namespace CleanWorkspace.Application.Events;

/// <summary>A place in the feed of events: between two writes. Clients see it as opaque text.</summary>
/// <remarks>
/// The checksum protects against mistakes, not against attacks. A made-up token reads nothing that the feed does not show.
/// </remarks>
/// <param name="Epoch">The name of the epoch in which the place was found.</param>
/// <param name="Position">The position of the last write before the place.</param>
/// <param name="Snapshot">
/// The snapshot of an export (PostgreSQL's <c>pg_snapshot</c>), or null. Writes after the position that the snapshot shows come before the
/// place, too.
/// </param>
public sealed partial record EventToken(string Epoch, long Position, string? Snapshot = null) : IQueryValue<EventToken>
{
    private const string NowText = "now";
    private const int ChecksumLength = 4;

    // A token is part of an address. A snapshot names each write that was running, on a standby also the parts of a write.
    private const int MaxLength = 6000;

    /// <inheritdoc/>
    public static string Code => "invalid_token";

    /// <inheritdoc/>
    public static string Form => "as now, or copied unchanged from an answer of this feed or from an export";

    /// <summary>Whether the text of this token would be refused. Only a snapshot with very many running writes makes it so.</summary>
    public bool IsTooLong => ToString().Length > MaxLength;

    /// <summary>Stands for the end of the feed.</summary>
    public static EventToken Now { get; } = new("", 0);

    /// <summary>Reads the text that <see cref="ToString"/> wrote, or the word now.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EventToken? value)
    {
        value = text == NowText ? Now : null;
        if (value is null && text is { Length: <= MaxLength } && Base64Url.IsValid(text, out var length) && length > ChecksumLength)
        {
            var parts = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)[ChecksumLength..]).Split('/');
            if (parts.Length == 3
                && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                && !parts[0].Any(char.IsControl)
                && (parts[2].Length == 0 || IsSnapshot(parts[2]))
                && new EventToken(parts[0], position, parts[2].Length == 0 ? null : parts[2]) is var read
                && read.ToString() == text)
            {
                value = read;
            }
        }

        return value is not null;
    }

    // PostgreSQL refuses a snapshot with other numbers, and that would look like a failure of the service.
    private static bool IsSnapshot(string text) =>
        SnapshotForm().IsMatch(text)
        && text.Split([':', ','], StringSplitOptions.RemoveEmptyEntries)
            .Select(number => ulong.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture))
            .ToArray() is [> 0 and var oldest, var end, .. var running]
        && oldest <= end
        && running.All(transaction => transaction >= oldest && transaction < end)
        && running.SequenceEqual(running.Order());

    // xmin:xmax:list
    [GeneratedRegex(@"\A\d{1,19}:\d{1,19}:(\d{1,19}(,\d{1,19})*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex SnapshotForm();

    /// <summary>Returns the text for clients.</summary>
    public override string ToString()
    {
        if (this == Now)
        {
            return NowText;
        }

        var content = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Epoch}/{Position}/{Snapshot}"));
        return Base64Url.EncodeToString([.. SHA256.HashData(content)[..ChecksumLength], .. content]);
    }
}
