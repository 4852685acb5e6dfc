namespace CleanWorkspace.Application.Transfers;

/// <summary>As many exports are running as may at a time: each takes a connection to the database for as long as its client takes.</summary>
public sealed class TooManyExportsException() : Exception("Other exports are running, and no more may at a time. Try again when one has ended.");
