using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenTelemetry;

namespace CleanWorkspace.WebApi.Telemetry;

/// <summary>
/// Removes from spans what may be data of a person or text of a client: paths, queries, hosts, the messages of exceptions. Drops the spans
/// of statements that belong to no request.
/// </summary>
internal sealed partial class SpanFilter : BaseProcessor<Activity>
{
    /// <summary>The source of the spans of statements.</summary>
    public const string DatabaseSource = "Npgsql";

    private const string ServerSource = "Microsoft.AspNetCore";
    private const string StatementTag = "db.query.text";

    // Tags with values from a small set. A newer version of a library may add others.
    private static readonly HashSet<string> ServerTags =
    [
        "error.type", "http.request.method", "http.response.status_code", "http.route", "network.protocol.version", "url.scheme",
    ];

    private static readonly HashSet<string> DatabaseTags =
    [
        "db.namespace", "db.operation.name", StatementTag, "db.response.status_code", "db.system.name", "error.type", "server.address",
        "server.port",
    ];

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        switch (data.Source.Name)
        {
            case DatabaseSource when data.ParentSpanId == default:
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
                break;
            case DatabaseSource:
                Clean(data, DatabaseTags);
                // Statements have parameters. Only the ids of some lists are part of the text (SqlLiteral).
                data.SetTag(StatementTag, data.GetTagItem(StatementTag) is string sql ? Ids().Replace(sql, "?") : null);
                break;
            case ServerSource:
                Clean(data, ServerTags);
                break;
        }
    }

    private static void Clean(Activity span, HashSet<string> tags)
    {
        foreach (var (name, _) in span.TagObjects.Where(tag => !tags.Contains(tag.Key)).ToList())
        {
            span.SetTag(name, null);
        }

        // The description of a status can be the message of an exception.
        span.SetStatus(span.Status);
    }

    [GeneratedRegex("'[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'")]
    private static partial Regex Ids();
}
