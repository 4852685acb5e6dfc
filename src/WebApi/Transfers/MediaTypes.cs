namespace CleanWorkspace.WebApi.Transfers;

/// <summary>What files of a workspace are called in HTTP.</summary>
internal static class MediaTypes
{
    public const string Csv = "text/csv";

    public const string Ndjson = "application/x-ndjson";
}
