namespace CleanWorkspace.Infrastructure.ImportJobs;

/// <summary>An import job. The model needs it for the table; reads and writes use SQL.</summary>
internal sealed class ImportJobRecord
{
    public Guid Id { get; init; }

    /// <summary>The caller of the request, its operation and its trace id.</summary>
    public string Actor { get; init; } = "";

    public string Operation { get; init; } = "";

    public string? TraceId { get; init; }

    /// <summary>The description of the file and the options, as JSON.</summary>
    public string Input { get; init; } = "";

    public string State { get; init; } = "";

    /// <summary>The number of starts. A job that is interrupted again and again must not keep out all others.</summary>
    public int Attempts { get; init; }

    public long RowsRead { get; init; }

    /// <summary>The time of the database, so that jobs of different instances run in their order.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The summary of the import, as JSON.</summary>
    public string? Result { get; init; }

    /// <summary>The faults of the refused rows, as JSON.</summary>
    public string? Report { get; init; }

    /// <summary>The code and the detail of a failure, as JSON.</summary>
    public string? Failure { get; init; }
}

/// <summary>A part of the file of a job. It is deleted when the job ends.</summary>
internal sealed class ImportJobChunk
{
    public Guid JobId { get; init; }

    /// <summary>The position in the file, from 0.</summary>
    public int Number { get; init; }

    public byte[] Data { get; init; } = [];
}
