using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using CleanWorkspace.Benchmarks.Setup;

namespace CleanWorkspace.Benchmarks.Measuring;

/// <summary>Checks that service and floor give the same answers. Otherwise a comparison would be meaningless.</summary>
internal static partial class SameAnswers
{
    public static async Task RequireAsync(
        HostedProgram service, HostedProgram floor, Workspace workspace, CancellationToken cancellationToken)
    {
        var user = $"/user/{workspace.UserId(workspace.Users / 2)}";
        var group = $"/auth/group/{workspace.GroupId(1)}";
        (string Method, string Path, string? Body)[] requests =
        [
            ("GET", user, null),
            ("GET", group, null),
            ("GET", "/user", null),
            ("GET", "/auth/group", null),
            ("GET", $"/user/{workspace.UserId(workspace.Users + 1)}", null),
            ("GET", "/auth/group/7", null),
            ("POST", "/user", """{"email":"Same.TOKEN@example.com","first_name":" Ada <é> ","role":"Editor"}"""),
            ("POST", "/user", """{"email":"nobody"}"""),
            ("POST", "/auth/group", """{"name":"Same TOKEN","description":"a\tb"}"""),
            ("PATCH", user, """{"first_name":"Same TOKEN","last_name":null}"""),
            ("PATCH", group, """{"name":"Same TOKEN","icon":"☕"}"""),
            ("PATCH", $"/user/{workspace.UserId(workspace.Users + 1)}", """{"first_name":"Ada"}"""),
        ];
        foreach (var (method, path, body) in requests)
        {
            // Each program has its own values, because addresses are unique and a PATCH must change the row.
            var serviceBody = body?.Replace("TOKEN", "1", StringComparison.Ordinal);
            var floorBody = body?.Replace("TOKEN", "2", StringComparison.Ordinal);
            var serviceAnswer = await SendAsync(service, method, path, serviceBody, cancellationToken);
            var floorAnswer = await SendAsync(floor, method, path, floorBody, cancellationToken);
            if (serviceAnswer != floorAnswer)
            {
                throw new BenchmarkFailure(
                    $"Service and floor answer {method} {path} differently:\n"
                    + $"{FindDifference(serviceAnswer, floorAnswer)}\n{FindDifference(floorAnswer, serviceAnswer)}");
            }
        }

        using var unauthorized = new HttpRequestMessage(HttpMethod.Get, user)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "cwk_") },
        };
        using var refused = await floor.Client.SendAsync(unauthorized, cancellationToken);
        if (refused.StatusCode != System.Net.HttpStatusCode.Unauthorized)
        {
            throw new BenchmarkFailure("The floor accepts an invalid API key.");
        }
    }

    // Returns the text from 100 characters before the difference on.
    private static string FindDifference(string text, string other)
    {
        var length = text.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        return text.Substring(Math.Max(length - 100, 0), Math.Min(200, text.Length - Math.Max(length - 100, 0)));
    }

    private static async Task<string> SendAsync(
        HostedProgram program, string method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var answer = await program.Client.SendAsync(request, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            // The floor has no problem documents.
            return $"{(int)answer.StatusCode}";
        }

        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        var own = $"{program.Client.BaseAddress}".TrimEnd('/');
        var isRead = method == "GET";
        text = Link().Replace(text.Replace(own, "http://host", StringComparison.Ordinal), "$1");
        if (!isRead)
        {
            text = text.Replace("ame 2", "ame 1", StringComparison.Ordinal).Replace("ame.2", "ame.1", StringComparison.Ordinal);
            text = Generated().Replace(text, "");
        }

        return $"{(int)answer.StatusCode} {answer.Content.Headers.ContentType} {(answer.Headers.ETag is null ? "" : "ETag ")}"
            + $"{(answer.Headers.Location is null ? "" : "Location ")}{(answer.Headers.Contains("Link") ? "Link " : "")}{text}";
    }

    // Service and floor write cursors in different formats.
    [GeneratedRegex("""(http://host[^"?]*)\?[^"]*""")]
    private static partial Regex Link();

    [GeneratedRegex(""""(id|created_at|updated_at)":"[^"]*"""")]
    private static partial Regex Generated();
}
