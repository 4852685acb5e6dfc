using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using CleanWorkspace.Application;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>Writes groups and users as NDJSON: the JSON that GET answers, with the property <c>resource</c> before it.</summary>
internal sealed class NdjsonWriter(PipeWriter output) : ExportWriter
{
    public override bool HasGroups => true;

    public override ValueTask WriteAsync(UserGroupResponse group, CancellationToken cancellationToken) =>
        WriteLineAsync("{\"resource\":\"user_groups\","u8, group, cancellationToken);

    public override ValueTask WriteAsync(UserResponse user, IReadOnlyList<string> groupNames, CancellationToken cancellationToken) =>
        WriteLineAsync("{\"resource\":\"users\","u8, user, cancellationToken);

    // The last line tells where the feed of events continues. An import skips it.
    public override async Task EndAsync(CancellationToken cancellationToken)
    {
        output.Write(Encoding.UTF8.GetBytes($$"""{"resource":"events","next":"{{Token}}"}"""));
        await output.EndLineAsync(cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    // The start of the line already has the opening brace.
    private ValueTask WriteLineAsync<T>(ReadOnlySpan<byte> start, T resource, CancellationToken cancellationToken)
    {
        output.Write(start);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(resource, WorkspaceJson.Options).AsSpan(1));
        return output.EndLineAsync(cancellationToken);
    }
}
