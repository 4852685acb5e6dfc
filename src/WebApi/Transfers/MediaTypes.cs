namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The media types of imports and exports.</summary>
internal static class MediaTypes
{
    public const string Csv = "text/csv";

    public const string Ndjson = "application/x-ndjson";
}
