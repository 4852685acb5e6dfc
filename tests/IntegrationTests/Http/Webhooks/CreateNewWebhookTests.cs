using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http.Webhooks;

public sealed class CreateNewWebhookTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_new_webhook_shows_its_secret_once_and_gets_every_later_event()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await service.CreateUserAsync(new { first_name = "Earlier" });
        await EventReader.StartAsync(service);

        var created = await service.PostAsync("/webhook", new { url = $" {receiver.Url} ", description = " intranet " });
        var user = (await service.CreateUserAsync()).Id();

        var webhook = created.MustBe(201).Json;
        Assert.Equal($"/webhook/{webhook.Id()}", created.Headers.Location!.AbsolutePath);
        Assert.Equal(
            (receiver.Url, "intranet", "enabled"),
            ((string)webhook["url"]!, (string)webhook["description"]!, (string)webhook["state"]!));
        var secret = (string)webhook["secret"]!;
        Assert.StartsWith("whsec_", secret, StringComparison.Ordinal);
        Assert.Equal(32, Convert.FromBase64String(secret["whsec_".Length..]).Length);
        foreach (var path in new[] { "/webhook", $"/auth/audit?resource={webhook.Id()}" })
        {
            Assert.DoesNotContain(secret, (await service.GetAsync(path)).MustBe(200).Text, StringComparison.Ordinal);
        }

        // Without types the webhook also gets the event of its own creation.
        var calls = await receiver.WaitAsync(2);
        Assert.Equal(["webhook.created", "user.created"], calls.Select(call => (string)call.Body["type"]!));
        Assert.Equal(user, (string)calls[1].Data["resource_id"]!);
        Assert.DoesNotContain(secret, calls[0].Body.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_has_the_event_as_the_feed_shows_it()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await service.CreateWebhookAsync(receiver, "user.created");
        var reader = await EventReader.StartAsync(service);
        var user = (await service.CreateUserAsync(new { first_name = "Ada", last_name = "Lovelace" })).Id();
        var shown = (await reader.ReadUntilAsync(events => events.Any(change => change.IsOf("user.created", user)))).Single();

        var call = (await receiver.WaitAsync(1)).Single();

        Assert.Equal((string)shown["id"]!, call.Id);
        Assert.Equal(["type", "timestamp", "data"], call.Body.Select(property => property.Key));
        Assert.Equal(
            ((string)shown["type"]!, (string)shown["time"]!), ((string)call.Body["type"]!, (string)call.Body["timestamp"]!));
        Assert.Equal(shown.ToJsonString(), call.Data.ToJsonString());
    }

    [Theory]
    [InlineData("""{}""", "/url required")]
    [InlineData("""{"url":null}""", "/url required")]
    [InlineData("""{"url":"hooks.example.org"}""", "/url invalid_url")]
    [InlineData("""{"url":"/hook"}""", "/url invalid_url")]
    [InlineData("""{"url":"ftp://hooks.example.org"}""", "/url invalid_url")]
    [InlineData("""{"url":"https://"}""", "/url invalid_url")]
    [InlineData("""{"url":"https://ada:secret@hooks.example.org"}""", "/url invalid_url")]
    [InlineData("""{"url":"https://hooks.example.org/#a"}""", "/url invalid_url")]
    [InlineData("""{"url":"https://hooks.example.org/a b"}""", "/url invalid_url")]
    [InlineData("""{"url":"https://a.org","types":["user.created","user.renamed"]}""", "/types/1 unknown_event_type")]
    [InlineData("""{"url":"https://a.org","types":["webhook.ping"]}""", "/types/0 unknown_event_type")]
    [InlineData("""{"url":"https://a.org","types":[]}""", "/types required")]
    [InlineData("""{"url":"https://a.org","types":"user.created"}""", "/types invalid_type")]
    [InlineData("""{"url":"https://a.org","types":[null]}""", "/types/0 invalid_type")]
    [InlineData("""{"url":"https://a.org","group_id":"engine"}""", "/group_id unknown_user_group")]
    [InlineData("""{"url":"https://a.org","group_id":"019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"}""", "/group_id unknown_user_group")]
    [InlineData("""{"url":"https://a.org","state":"paused"}""", "/state invalid_state")]
    [InlineData("""{"url":"https://a.org","state":null}""", "/state invalid_state")]
    [InlineData("""{"url":"https://a.org","secret":"whsec_x"}""", "/secret unknown_property")]
    public async Task A_refused_webhook_names_every_fault_and_is_not_created(string body, string faults)
    {
        var count = await service.CountAsync("/webhook");

        (await service.PostAsync("/webhook", body)).MustRefuse([.. faults.Split(' ').Chunk(2).Select(pair => (pair[0], pair[1]))]);

        Assert.Equal(count, await service.CountAsync("/webhook"));
    }

    [Fact]
    public async Task A_creation_takes_no_idempotency_key()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/webhook")
        {
            Content = ServiceFixture.ToContent(new { url = "https://hooks.example.org" }),
            Headers = { { "Idempotency-Key", "a" } },
        };

        var refused = (await service.SendAsync(request)).MustRefuseParameters("Idempotency-Key");

        Assert.Equal("unsupported", (string)refused.Json["code"]!);
    }

    [Fact]
    public async Task Outside_of_development_the_url_must_be_encrypted()
    {
        await using var database = await TestPostgres.CreateDatabaseAsync();
        await using var production = await TestService.StartAsync(
            database.ConnectionString, ("environment", "Production"), ("Authentication:Required", "true"));
        production.Client.DefaultRequestHeaders.Authorization = new("Bearer", await production.CreateTokenAsync("admin"));

        Assert.Equal("400 https_required", await CreateAsync("http://hooks.example.org"));
        Assert.Equal("201 ", await CreateAsync("https://hooks.example.org"));

        async Task<string> CreateAsync(string url)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhook")
            {
                Content = ServiceFixture.ToContent(new { url, state = "disabled" }),
            };
            using var response = await production.Client.SendAsync(request);
            var answer = await Answer.ReadAsync(request, response);
            return $"{answer.Status} {answer.Json["code"]}";
        }
    }
}
