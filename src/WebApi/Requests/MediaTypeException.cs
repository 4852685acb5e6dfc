namespace CleanWorkspace.WebApi.Requests;

/// <summary>The body is of a type that the operation does not read: 415.</summary>
/// <param name="message">Which types it reads.</param>
internal sealed class MediaTypeException(string message) : Exception(message);
