namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Tracks whether a quote of a CSV file is open, and the line on which it was opened.</summary>
/// <remarks>The CSV reader does not tell it: for a record that never ends it knows only the first line.</remarks>
/// <param name="separator">The character between cells.</param>
internal sealed class CsvQuotes(char separator)
{
    private bool _isOpen;
    private long _line;
    private byte _last = (byte)'\n';

    /// <summary>The line of the open quote, or null. A quote at the end of the bytes counts as open, because it may be doubled.</summary>
    public long? OpenLine => _isOpen || _last == '"' ? _line : null;

    /// <summary>Reads the next bytes of the file.</summary>
    /// <param name="bytes">The next bytes.</param>
    /// <param name="lines">The line at which they start.</param>
    public void Advance(ReadOnlySpan<byte> bytes, LineCounter lines)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var openedAt = -1;
        for (var i = bytes.IndexOf((byte)'"'); i >= 0;)
        {
            var previous = i > 0 ? bytes[i - 1] : _last;
            if (_isOpen)
            {
                _isOpen = false;
            }
            else if (previous == '"')
            {
                // The second half of a doubled quote. The quote before it closed nothing.
                _isOpen = true;
            }
            else if (previous is (byte)'\r' or (byte)'\n' || previous == separator)
            {
                _isOpen = true;
                openedAt = i;
            }

            var next = bytes[(i + 1)..].IndexOf((byte)'"');
            i = next < 0 ? -1 : i + 1 + next;
        }

        if (openedAt >= 0)
        {
            lines.Advance(bytes[..openedAt]);
            _line = lines.Line;
        }

        _last = bytes[^1];
    }
}
