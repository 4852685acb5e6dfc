namespace CleanWorkspace.Benchmarks.Floor;

/// <summary>A page of a list as the API shows it.</summary>
internal sealed record FloorList<T>(FloorLinks Links, FloorMeta Meta, int Count, int TotalPages, List<T> Results);

internal sealed record FloorLinks(string? Next, string? Previous);

internal sealed record FloorMeta(int Page, int? PreviousPage, int? NextPage);
