using System.Globalization;
using System.Text.RegularExpressions;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Strong entity tags and their conditions (RFC 9110, sections 8.8.3 and 13.1). The tag of a resource is its version. The database
/// checks the condition of a write. The filter below checks the condition of a read.
/// </summary>
/// <remarks>
/// A compressed answer has other bytes, so its strong tag names the encoding: <c>"7-gzip"</c>. A proxy that compresses does the same or
/// weakens the tag (<c>W/"7"</c>). The version is still the same, so all forms count as <c>"7"</c>.
/// </remarks>
internal static partial class EntityTags
{
    /// <summary>The header with the condition of a write.</summary>
    public const string IfMatch = "If-Match";

    // No row has this version, so a condition with only foreign tags fails.
    private const long NoVersion = 0;

    /// <summary>Returns the tag of a resource.</summary>
    public static string Of(IVersioned resource) => $"\"{resource.Version}\"";

    /// <summary>Returns the tag of the compressed form of an answer. The tag of a file of the page /swagger becomes weak.</summary>
    public static string Compressed(string tag, string encoding) =>
        VersionForm().IsMatch(tag) ? $"{tag[..^1]}-{encoding}\"" : $"W/{tag}";

    /// <summary>Returns the versions in a condition, or null if there is no condition or if it is <c>*</c>.</summary>
    public static IReadOnlyList<long>? Parse(string? condition)
    {
        if (condition is null)
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseStrictList([condition], out var tags))
        {
            throw Failure.Invalid(
                [
                    new RequestFault(
                        "invalid_entity_tag",
                        "Must be * or entity tags from the ETag header, including their quotes.",
                        Parameter: IfMatch),
                ]);
        }

        return tags.Contains(EntityTagHeaderValue.Any) ? null : [.. tags.Select(VersionOf)];
    }

    private static long VersionOf(EntityTagHeaderValue tag) =>
        VersionForm().Match(tag.Tag.ToString()) is { Success: true, Groups: [_, var digits] }
        && long.TryParse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : NoVersion;

    // The endings are those of Apache, nginx, Jetty and others.
    [GeneratedRegex("""\A"([1-9][0-9]*)(?:(?:--?|;)(?:gzip|br|deflate|zstd))?"\z""")]
    private static partial Regex VersionForm();

    /// <summary>Adds the tag to every answer with one resource. Answers 304 to a client that has the resource already.</summary>
    internal sealed class Filter : IResultFilter
    {
        public void OnResultExecuting(ResultExecutingContext context)
        {
            if (context.Result is not ObjectResult { Value: IVersioned resource })
            {
                return;
            }

            var http = context.HttpContext;
            http.Response.Headers.ETag = Of(resource);
            // A cache may keep an answer with a tag. Its bytes depend on this header.
            http.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
            if (http.Request.Headers.IfNoneMatch.Count > 0
                && HttpMethods.IsGet(http.Request.Method)
                && FindCurrent(http.Request, resource) is { } known)
            {
                http.Response.Headers.ETag = known;
                context.Result = new StatusCodeResult(StatusCodes.Status304NotModified);
            }
        }

        public void OnResultExecuted(ResultExecutedContext context)
        {
        }

        // Returns the tag that the client knows, because a cache finds its copy by exactly this tag (RFC 9111, section 4.3.4).
        private static string? FindCurrent(HttpRequest request, IVersioned resource) =>
            request.GetTypedHeaders().IfNoneMatch
                .Where(known => known == EntityTagHeaderValue.Any || VersionOf(known) == resource.Version)
                .Select(known => known == EntityTagHeaderValue.Any ? Of(resource) : $"{known}")
                .FirstOrDefault();
    }
}
