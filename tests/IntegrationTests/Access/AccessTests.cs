using System.Net.Sockets;
using System.Text;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Access;

/// <summary>Every operation of the OpenAPI document with every role and every kind of credential.</summary>
public sealed class AccessTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Credentials = ["admin", "editor", "viewer", "guest", "none", "bad", "altered", "expired", "revoked"];

    // These roles may read users and groups. Most other operations need the role admin.
    private static readonly string[] Readers = ["admin", "editor", "viewer"];

    [Fact]
    public async Task Each_role_has_exactly_its_permissions_and_an_invalid_credential_has_none()
    {
        var operations = ApiOperations.Of((await service.GetAsync("/swagger/v1/swagger.json")).MustBe(200).Json);
        Assert.True(operations.Length >= 15);

        foreach (var credential in Credentials)
        {
            var token = await TokenAsync(credential);
            foreach (var (method, path) in operations)
            {
                var answer = await service.SendAsAsync(token, method, Bodies.OnUnknown(path), BodyOf(method));

                var isRead = ApiOperations.IsRead(method, path);
                var expected = credential switch
                {
                    "admin" => (null, null),
                    "editor" or "viewer" or "guest" when ApiOperations.IsForAnyCredential(path) => (null, null),
                    "editor" or "viewer" or "guest" when isRead => Readers.Contains(credential) ? (null, null) : (403, "viewer_required"),
                    "editor" or "viewer" or "guest" => (403, "admin_required"),
                    "none" => (401, "authentication_required"),
                    "expired" => (401, "expired_credential"),
                    _ => ((int?)401, (string?)"invalid_credential"),
                };
                Assert.True(IsAsExpected(answer, expected), $"{credential}: {answer}");
            }
        }
    }

    [Theory]
    [InlineData("get", "HTTP/1.1 200 ")]
    [InlineData("Head", "HTTP/1.1 200 ")]
    [InlineData("delete", "HTTP/1.1 405 ")]
    public async Task A_method_in_any_case_has_the_same_permission(string method, string status)
    {
        var token = await service.CreateTokenAsync("viewer");
        using var client = new TcpClient();
        await client.ConnectAsync(service.Client.BaseAddress!.Host, service.Client.BaseAddress.Port).WithinLimitAsync();
        // HttpClient would change the method to upper case.
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{method} /user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.ASCII);

        Assert.StartsWith(status, await reader.ReadLineAsync().WithinLimitAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic YWRhOmVuZ2luZQ==")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer cwk_")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.")]
    public async Task A_credential_of_an_unknown_kind_is_refused(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        Assert.Equal("invalid_credential", (string)(await service.SendAsync(request)).MustBe(401).Json["code"]!);
    }

    [Fact]
    public async Task Two_credentials_in_one_request_are_refused()
    {
        var token = await service.CreateTokenAsync("admin");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user");
        request.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {token}", $"Bearer {token}"]);

        (await service.SendAsync(request)).MustBe(401);
    }

    [Theory]
    [InlineData("/nowhere", 404)]
    [InlineData("/user/no-uuid", 404)]
    [InlineData("/healthz/live", 200)]
    [InlineData("/healthz/ready", 200)]
    [InlineData("/swagger/v1/swagger.json", 200)]
    public async Task A_path_without_an_operation_needs_no_credential(string path, int status) =>
        (await service.SendAsAsync(null, HttpMethod.Get, path)).MustBe(status);

    private static bool IsAsExpected(Answer answer, (int? Status, string? Code) expected)
    {
        if (expected.Status is null)
        {
            // The operation itself has answered. No resource has that id, and an empty object is neither a valid body nor a file.
            return answer.Status is 200 or 400 or 404 or 415 && answer.Headers.WwwAuthenticate.Count == 0;
        }

        return answer.Status == expected.Status
            && (string)answer.Json["code"]! == expected.Code
            && answer.Headers.WwwAuthenticate.Single().Scheme == "Bearer";
    }

    private static string? BodyOf(HttpMethod method) => method == HttpMethod.Post || method == HttpMethod.Patch ? "{}" : null;

    private async Task<string?> TokenAsync(string credential)
    {
        switch (credential)
        {
            case "none":
                return null;
            case "bad":
                return "cwk_no_token";
            case "altered":
                var token = await service.CreateTokenAsync("admin");
                return $"{token[..^10]}{(token[^10] == 'A' ? 'B' : 'A')}{token[^9..]}";
            case "expired":
                return await service.CreateTokenAsync("admin", DateTimeOffset.UtcNow.AddSeconds(-1));
            case "revoked":
                var revoked = await service.CreateTokenAsync("admin");
                (await service.DeleteAsync($"/auth/key/{Guid.ParseExact(revoked.Split('_')[1], "N")}")).MustBe(204);
                return revoked;
            default:
                return await service.CreateTokenAsync(credential);
        }
    }
}
