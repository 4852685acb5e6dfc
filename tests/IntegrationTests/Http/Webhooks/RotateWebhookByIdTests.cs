using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class RotateWebhookByIdTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_new_secret_is_shown_once_and_the_former_one_expires_after_a_day()
    {
        var webhook = (await service.PostAsync("/webhook", new { url = "https://hooks.example.org", state = "disabled" })).MustBe(201).Json;

        var rotated = (await service.PostAsync($"/webhook/{webhook.Id()}/rotate", "")).MustBe(200);

        Assert.StartsWith("whsec_", (string)rotated.Json["secret"]!, StringComparison.Ordinal);
        Assert.NotEqual((string)webhook["secret"]!, (string)rotated.Json["secret"]!);
        Assert.Equal("\"2\"", rotated.Headers.ETag!.Tag);
        var end = DateTimeOffset.Parse((string)rotated.Json["previous_secret_expires_at"]!, null);
        Assert.InRange(end - DateTimeOffset.UtcNow, TimeSpan.FromHours(23), TimeSpan.FromHours(24));
        Assert.False((await service.ReadWebhookAsync(webhook.Id())).ContainsKey("secret"));

        // The rotation is in the audit, the secrets are not.
        var audit = (await service.GetAsync($"/auth/audit?resource={webhook.Id()}")).MustBe(200);
        var entry = audit.Json["results"]!.AsArray()[0]!;
        Assert.Equal("Webhooks_rotateById", (string)entry["operation"]!);
        Assert.DoesNotContain("whsec_", audit.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_each_delivery()
    {
        await using var endpoint = RawEndpoint.Start("HTTP/1.1 204 No Content\r\n\r\n");
        var body = $$"""{"url":"http://127.0.0.1:{{endpoint.Port}}/hook","types":["user.created"]}""";
        var webhook = (await service.PostAsync("/webhook", body)).MustBe(201).Json;
        var rotated = (await service.PostAsync($"/webhook/{webhook.Id()}/rotate", "")).MustBe(200).Json;

        await service.CreateUserAsync();

        await Eventually.BeAsync(() => Task.FromResult(endpoint.Requests.Count > 0), TimeLimit.OfWait);
        var request = endpoint.Requests.First();
        var signatures = request.Headers["webhook-signature"].Split(' ');
        Assert.Equal(2, signatures.Length);
        request.MustVerify(signatures[0], (string)rotated["secret"]!);
        request.MustVerify(signatures[1], (string)webhook["secret"]!);
    }

    [Fact]
    public async Task An_answer_with_a_secret_is_not_compressed()
    {
        var description = new string('x', 1000);
        var webhook = await AskAsync(
            HttpMethod.Post, "/webhook", new { url = "https://hooks.example.org", state = "disabled", description });
        var path = $"/webhook/{webhook.MustBe(201).Json.Id()}";

        Assert.Null(webhook.ContentEncoding);
        Assert.Null((await AskAsync(HttpMethod.Post, $"{path}/rotate", null)).MustBe(200).ContentEncoding);
        Assert.Equal("gzip", (await AskAsync(HttpMethod.Get, path, null)).MustBe(200).ContentEncoding);

        Task<Answer> AskAsync(HttpMethod method, string address, object? body) => service.SendAsync(new HttpRequestMessage(method, address)
        {
            Content = body is null ? null : ServiceFixture.ToContent(body),
            Headers = { { "Accept-Encoding", "gzip" } },
        });
    }

    [Fact]
    public async Task An_idempotency_key_is_refused_because_it_would_have_no_effect()
    {
        foreach (var operation in new[] { "rotate", "ping", "skip" })
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"/webhook/{Bodies.UnknownId}/{operation}");
            request.Headers.Add("Idempotency-Key", "a");

            var refused = (await service.SendAsync(request)).MustRefuseParameters("Idempotency-Key");

            Assert.Equal("unsupported_header", (string)refused.Json["code"]!);
        }
    }

    [Fact]
    public async Task An_unknown_webhook_is_not_found() =>
        Assert.Equal(
            "webhook_not_found", (string)(await service.PostAsync($"/webhook/{Bodies.UnknownId}/rotate", "")).MustBe(404).Json["code"]!);
}
