namespace CleanWorkspace.Application.ImportJobs;

/// <summary>The state of an import job. The first two states can change; the others are final.</summary>
public enum ImportJobState
{
    /// <summary>The job has not started yet, or an instance stopped while the job ran.</summary>
    Waiting,

    /// <summary>An instance runs the job.</summary>
    Running,

    /// <summary>The file was applied. For a dry run: the report is complete.</summary>
    Succeeded,

    /// <summary>Rows were refused, and nothing was changed.</summary>
    Refused,

    /// <summary>The file cannot be read, or the import ended with another failure. Nothing was changed.</summary>
    Failed,

    /// <summary>A client cancelled the job. Nothing was changed.</summary>
    Cancelled,
}
