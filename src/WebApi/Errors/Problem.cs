using System.Text.Json.Serialization;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>The description of an error, as a problem document (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>The address of the description of the code, relative to the address of the service.</summary>
    /// <example>/docs/errors#email_taken</example>
    public required string Type { get; init; }

    /// <summary>The status in words.</summary>
    /// <example>Bad Request</example>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    /// <example>400</example>
    public required int Status { get; init; }

    /// <summary>A sentence for people: the error and how to correct it.</summary>
    /// <example>Another user has this e-mail address.</example>
    public required string Detail { get; init; }

    /// <summary>The path of the request.</summary>
    /// <example>/user</example>
    public required string Instance { get; init; }

    /// <summary>The stable error code in snake_case, for programs. docs/errors.md lists all codes.</summary>
    /// <example>email_taken</example>
    public required string Code { get; init; }

    /// <summary>The trace id of the request. It finds the request in the service's log.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    public required string TraceId { get; init; }

    /// <summary>All faults of the request. Present only if the request has faults (status 400).</summary>
    /// <example>[{"pointer": "/email", "code": "email_taken", "detail": "Another user has this e-mail address."}]</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }
}

/// <summary>One fault of a request.</summary>
public sealed record ProblemError
{
    /// <summary>The place of the fault in the body, as a JSON pointer (RFC 6901). The empty pointer means the whole body.</summary>
    /// <example>/email</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pointer { get; init; }

    /// <summary>The query parameter or header with the fault.</summary>
    /// <example>page_size</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>The line of the file with the fault, from 1.</summary>
    /// <example>12</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Line { get; init; }

    /// <summary>The stable error code in snake_case, for programs.</summary>
    /// <example>email_taken</example>
    public required string Code { get; init; }

    /// <summary>A sentence for people: the fault and how to correct it.</summary>
    /// <example>Another user has this e-mail address.</example>
    public required string Detail { get; init; }
}
