namespace CleanWorkspace.WebApi.Transfers;

/// <summary>
/// Knows which quote is open where a CSV file has been read so far, and on which line it was opened. The reader of records does not
/// say, for it gives a record that never ends up as a whole.
/// </summary>
internal sealed class CsvQuotes
{
    private bool _isOpen;
    private long _line;
    private byte _last = (byte)'\n';

    /// <summary>The line of the quote that is open, or null. A quote that the bytes so far end with may be the first half of a doubled one.</summary>
    public long? OpenLine => _isOpen || _last == '"' ? _line : null;

    /// <summary>Goes on behind these bytes.</summary>
    /// <param name="bytes">The next bytes.</param>
    /// <param name="lines">Where they start.</param>
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
                // The second half of a doubled quote: the one before it has closed nothing.
                _isOpen = true;
            }
            else if (previous is (byte)',' or (byte)'\r' or (byte)'\n')
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
