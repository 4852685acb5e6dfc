namespace CleanWorkspace.Application.Transfers;

/// <summary>A name that a client gives to one import. The import is carried out once, however often the client sends it.</summary>
/// <param name="Value">The name. Each caller has its own names.</param>
/// <param name="ReadFingerprint">
/// Returns SHA-256 of the options and the file. It is known only after the last row was read, and is not called before.
/// </param>
public sealed record ImportKey(string Value, Func<byte[]> ReadFingerprint);
