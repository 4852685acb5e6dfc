using System.Text.Json.Serialization;

namespace CleanWorkspace.WebApi.Errors;

/// <summary>What went wrong, as a problem document (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>Where the meaning of the status is defined.</summary>
    /// <example>https://www.rfc-editor.org/rfc/rfc9110#section-15.5.1</example>
    public required string Type { get; init; }

    /// <summary>The status in words.</summary>
    /// <example>Bad Request</example>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    /// <example>400</example>
    public required int Status { get; init; }

    /// <summary>What was wrong and what to do, for people.</summary>
    /// <example>Another user has this e-mail address.</example>
    public required string Detail { get; init; }

    /// <summary>The path that was asked for.</summary>
    /// <example>/user</example>
    public required string Instance { get; init; }

    /// <summary>What was wrong, for programs: stable, snake_case, listed in docs/errors.md.</summary>
    /// <example>email_taken</example>
    public required string Code { get; init; }

    /// <summary>Names this request in the service's log.</summary>
    /// <example>4bf92f3577b34da6a3ce929d0e0e4736</example>
    public required string TraceId { get; init; }

    /// <summary>For a 400: every fault of the request at once.</summary>
    /// <example>[{"pointer": "/email", "code": "email_taken", "detail": "Another user has this e-mail address."}]</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ProblemError>? Errors { get; init; }
}

/// <summary>One fault of a request.</summary>
public sealed record ProblemError
{
    /// <summary>Where in the body, as a JSON pointer (RFC 6901); the empty pointer is the body as a whole.</summary>
    /// <example>/email</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pointer { get; init; }

    /// <summary>Which query parameter, where the fault is not in the body.</summary>
    /// <example>page_size</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parameter { get; init; }

    /// <summary>Which line of the file, from 1, where the body is one.</summary>
    /// <example>12</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Line { get; init; }

    /// <summary>What is wrong, for programs.</summary>
    /// <example>email_taken</example>
    public required string Code { get; init; }

    /// <summary>What is wrong, for people.</summary>
    /// <example>Another user has this e-mail address.</example>
    public required string Detail { get; init; }
}
