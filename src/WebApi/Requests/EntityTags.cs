using System.Globalization;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Net.Http.Headers;

namespace CleanWorkspace.WebApi.Requests;

/// <summary>
/// Strong entity tags and the conditions on them (RFC 9110, sections 8.8.3 and 13.1): a resource's tag is its version. A
/// condition on writing is checked with the write, in the database; one on reading here.
/// </summary>
internal static class EntityTags
{
    public const string IfMatch = "If-Match";

    // No row has it, so a condition that names only tags which are not the service's own fails, as it must.
    private const long NoVersion = 0;

    /// <summary>The versions that a condition names; null where there is none, or <c>*</c>, which any version fulfils.</summary>
    public static IReadOnlyList<long>? Parse(string? condition)
    {
        if (condition is null)
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseStrictList([condition], out var tags))
        {
            throw Failure.Invalid(
                [new RequestFault("invalid_entity_tag", "Must be * or entity tags as they were read, quotes included.", Parameter: IfMatch)]);
        }

        return tags.Contains(EntityTagHeaderValue.Any) ? null : [.. tags.Select(VersionOf)];
    }

    // Weak tags never match here (section 13.1.1).
    private static long VersionOf(EntityTagHeaderValue tag) =>
        !tag.IsWeak && long.TryParse(tag.Tag.AsSpan(1, tag.Tag.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : NoVersion;

    /// <summary>Sends the tag with every answer that is one resource, and no resource to a client that has it already.</summary>
    internal sealed class Filter : IResultFilter
    {
        public void OnResultExecuting(ResultExecutingContext context)
        {
            if (context.Result is not ObjectResult { Value: IResource resource })
            {
                return;
            }

            var http = context.HttpContext;
            var tag = $"\"{resource.Version}\"";
            http.Response.Headers.ETag = tag;
            if (http.Request.Headers.IfNoneMatch.Count > 0 && HttpMethods.IsGet(http.Request.Method) && IsKnown(http.Request, tag))
            {
                context.Result = new StatusCodeResult(StatusCodes.Status304NotModified);
            }
        }

        public void OnResultExecuted(ResultExecutedContext context)
        {
        }

        private static bool IsKnown(HttpRequest request, string tag)
        {
            var current = new EntityTagHeaderValue(tag);
            return request.GetTypedHeaders().IfNoneMatch.Any(
                known => known == EntityTagHeaderValue.Any || known.Compare(current, useStrongComparison: false));
        }
    }
}
