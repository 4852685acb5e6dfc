using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CleanWorkspace.Application.Requests;

namespace CleanWorkspace.Application;

/// <summary>
/// The reason why a request was not carried out. The WebApi project maps each <see cref="FailureKind"/> to an HTTP status
/// and writes the failure as a problem document (RFC 9457).
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "Failure is the term of the design, and it is the only exception here.")]
public sealed class Failure : Exception
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(5);

    private Failure(FailureKind kind, string code, string detail, Exception? innerException = null)
        : base(detail, innerException) => (Kind, Code) = (kind, code);

    /// <summary>The class of the failure. It decides the HTTP status.</summary>
    public FailureKind Kind { get; }

    /// <summary>The stable error code in snake_case. Programs branch by it; <c>docs/errors.md</c> lists all codes.</summary>
    public string Code { get; }

    /// <summary>Every fault of the request. Empty unless <see cref="Kind"/> is Invalid or BrokenReference.</summary>
    public IReadOnlyList<RequestFault> Faults { get; private init; } = [];

    /// <summary>The time after which a retry may succeed, or null if the service cannot tell.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>The request has faults.</summary>
    /// <param name="faults">Every fault; at least one. Faults that share one code give it to the whole failure.</param>
    public static Failure Invalid(params IReadOnlyList<RequestFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var first = faults[0];
        var detail = faults.Count == 1
            ? first.Detail
            : $"The request has {faults.Count} faults, listed under errors. Nothing was changed.";
        return new Failure(FailureKind.Invalid, faults.All(fault => fault.Code == first.Code) ? first.Code : "validation_failed", detail)
        {
            Faults = faults,
        };
    }

    /// <summary>A file to import cannot be read any further.</summary>
    /// <param name="line">The number of the line, from 1; null if the fault concerns the whole file.</param>
    /// <param name="code">The stable error code.</param>
    /// <param name="detail">A sentence for people: what is wrong and what to do.</param>
    public static Failure InvalidFile(long? line, string code, string detail) =>
        new(FailureKind.Invalid, code, $"{(line is null ? "" : $"Line {line}: ")}{detail} Nothing was changed.")
        {
            Faults = [new RequestFault(code, detail, line is null ? "" : null) { Line = line }],
        };

    /// <summary>A constraint of the database refused a reference of the request, such as a taken address or an unknown id.</summary>
    /// <param name="fault">The fault that the constraint stands for.</param>
    /// <param name="innerException">The refusal of the database.</param>
    public static Failure BrokenReference(RequestFault fault, Exception innerException)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return new Failure(FailureKind.BrokenReference, fault.Code, fault.Detail, innerException) { Faults = [fault] };
    }

    /// <summary>No resource of this type has the id.</summary>
    /// <param name="id">The id of the request.</param>
    /// <typeparam name="TEntity">The type of the resource. Its name gives the code, such as <c>user_group_not_found</c>.</typeparam>
    public static Failure NotFound<TEntity>(Guid id)
    {
        var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(typeof(TEntity).Name);
        var words = name.Replace("api_", "API ", StringComparison.Ordinal).Replace('_', ' ');
        return new Failure(FailureKind.NotFound, $"{name}_not_found", $"There is no {words} {id}.");
    }

    /// <summary>The resource has a version that the client did not expect.</summary>
    public static Failure PreconditionFailed(Exception? innerException = null) => new(
        FailureKind.PreconditionFailed,
        "precondition_failed",
        "The resource has changed since you read it. Read it again and repeat your change.",
        innerException);

    /// <summary>A request with the same idempotency key is still running.</summary>
    public static Failure IdempotencyKeyInUse(Exception innerException) => new(
        FailureKind.Conflict,
        "idempotency_key_in_use",
        "A request with this idempotency key is still running. Send this one again in a few seconds to get its answer.",
        innerException)
    {
        RetryAfter = ShortWait,
    };

    /// <summary>The idempotency key belongs to another request.</summary>
    public static Failure IdempotencyKeyReused(Exception? innerException = null) => new(
        FailureKind.Unprocessable,
        "idempotency_key_reused",
        "This idempotency key belongs to another request. Use a new key for each request.",
        innerException);

    /// <summary>The change would take the last API key from the admins.</summary>
    public static Failure LastAdminKey(Exception innerException) => new(
        FailureKind.Conflict,
        "last_admin_key",
        "This is the last API key of an admin that stays valid. Nothing was changed. First create another key with the role admin that "
        + "does not expire. If another way to sign in is left, repeat this with force=true (command: --force).",
        innerException);

    /// <summary>The write lost every race against other writers and changed nothing.</summary>
    public static Failure Contention(Exception innerException) => new(
        FailureKind.Unavailable,
        "too_much_contention",
        "Other writers changed the same resources at the same time. Nothing was changed. Try again in a few seconds.",
        innerException)
    {
        RetryAfter = ShortWait,
    };

    /// <summary>Another import is running. Imports run one at a time.</summary>
    public static Failure ImportInProgress() => new(
        FailureKind.Conflict, "import_in_progress", "Another import is running. Nothing was changed. Try again after it has ended.");

    /// <summary>The connection to the database was lost during the commit, so the import is applied completely or not at all.</summary>
    public static Failure ImportOutcomeUnknown(Exception innerException) => new(
        FailureKind.Unavailable,
        "import_outcome_unknown",
        "The connection to the database was lost during the commit. Check the audit: it has an entry if the import was applied.",
        innerException);

    /// <summary>The import of a job was interrupted again and again, for example because the service was killed.</summary>
    public static Failure ImportInterrupted() => new(
        FailureKind.Unavailable,
        "import_interrupted",
        "The import was interrupted several times. Nothing was changed. Look at the log of the service, then import the file again.");

    /// <summary>Too many import jobs wait, or too many files of jobs arrive at the same time.</summary>
    public static Failure TooManyImports() => new(
        FailureKind.Unavailable, "too_many_imports", "Too many import jobs wait or arrive. Try again after one has ended.")
    {
        RetryAfter = ShortWait,
    };

    /// <summary>The limit of simultaneous exports is reached.</summary>
    public static Failure TooManyExports() => new(
        FailureKind.Unavailable, "too_many_exports", "Too many exports are running. Try again after one has ended.")
    {
        RetryAfter = ShortWait,
    };

    /// <summary>So many writes are running on the database that the token of an export cannot name them.</summary>
    public static Failure TooManyWrites() => new(
        FailureKind.Unavailable, "too_many_writes", "Too many writes are running on the database. Try again in a few seconds.")
    {
        RetryAfter = ShortWait,
    };

    /// <summary>The role of the caller does not allow what the request asks for.</summary>
    /// <param name="code">The stable error code.</param>
    /// <param name="detail">A sentence for people: what is not allowed and what to do.</param>
    public static Failure Forbidden(string code, string detail) => new(FailureKind.Forbidden, code, detail);

    /// <summary>The feed of events cannot be continued from a token.</summary>
    /// <param name="code">The stable error code: expired, epoch_changed or ahead_of_server.</param>
    /// <param name="reason">The reason as a sentence for people.</param>
    /// <param name="oldest">The oldest usable token.</param>
    public static Failure Gone(string code, string reason, string oldest) => new(
        FailureKind.Gone,
        code,
        $"{reason} Export the workspace as NDJSON and continue from the token in its last line. The oldest usable token is {oldest}.");

    /// <summary>No event of the webhook is blocked, so none can be skipped.</summary>
    public static Failure NothingBlocked() => new(
        FailureKind.Conflict, "nothing_blocked", "The endpoint has not refused an event since its last success. Nothing was changed.");

    /// <summary>The operation does not read this media type.</summary>
    /// <param name="detail">A sentence that names the supported media types.</param>
    public static Failure UnsupportedMediaType(string detail) =>
        new(FailureKind.UnsupportedMediaType, "unsupported_media_type", detail);
}

/// <summary>The classes of failures, named like the HTTP statuses that they become.</summary>
public enum FailureKind
{
    /// <summary>400: the request has faults.</summary>
    Invalid,

    /// <summary>400: a constraint of the database refused a reference.</summary>
    BrokenReference,

    /// <summary>403: the role of the caller does not allow it.</summary>
    Forbidden,

    /// <summary>404: the resource does not exist.</summary>
    NotFound,

    /// <summary>409: another request conflicts with this one.</summary>
    Conflict,

    /// <summary>410: the feed of events does not reach back to the token.</summary>
    Gone,

    /// <summary>412: the resource has an unexpected version.</summary>
    PreconditionFailed,

    /// <summary>415: the operation does not read this media type.</summary>
    UnsupportedMediaType,

    /// <summary>422: the idempotency key belongs to another request.</summary>
    Unprocessable,

    /// <summary>503: a retry may succeed.</summary>
    Unavailable,
}
