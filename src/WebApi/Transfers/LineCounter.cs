namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Counts the lines of a text that comes in pieces. A line ends with LF, CR LF or CR.</summary>
internal struct LineCounter()
{
    private bool _endedInReturn;

    /// <summary>The number of the next byte's line, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Reads the next bytes.</summary>
    public void Advance(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        Line += bytes.Count((byte)'\n');
        if (_endedInReturn && bytes[0] == '\n')
        {
            Line--;
        }

        if (bytes.Contains((byte)'\r'))
        {
            Line += bytes.Count((byte)'\r') - bytes.Count("\r\n"u8);
        }

        _endedInReturn = bytes[^1] == '\r';
    }
}
