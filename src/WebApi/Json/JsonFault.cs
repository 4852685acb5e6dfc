using CleanWorkspace.Domain.Values;

namespace CleanWorkspace.WebApi.Json;

/// <summary>A fault of a JSON object.</summary>
/// <param name="Index">The index of the accepted property; -1 if the property is unknown or the fault concerns the whole object.</param>
/// <param name="Name">The name of the property, cut to a length that a message can show; null for the whole object.</param>
/// <param name="Element">The index of the list's element, from 0; null for the whole value.</param>
/// <param name="Fault">The fault.</param>
internal readonly record struct JsonFault(int Index, string? Name, int? Element, Fault Fault);
