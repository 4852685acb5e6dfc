using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>Compares the served OpenAPI document with the contract.</summary>
public sealed class OpenApiTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string Refresh = "UPDATE_OPENAPI";

    // Stands for the schema where the body is a file and the answer is its report.
    private const string File = "(file)";

    private static readonly string[] FileTypes = ["text/csv", "application/x-ndjson"];

    // The first one is the one that generators choose.
    private static readonly string[] PatchTypes = ["application/json", "application/merge-patch+json"];

    private static readonly JsonSerializerOptions Pretty = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static readonly TheoryData<string, string, string, string, string> Operations = new()
    {
        { "AuditEntries_list", "get /auth/audit", "", "200", "400 500" },
        { "Callers_getCaller", "get /auth/me", "", "200", "400 500" },
        { "UserGroups_list", "get /auth/group", "", "200", "400 500" },
        { "UserGroups_createNewGroup", "post /auth/group", "UserGroupsCreateNewGroupRequest", "201", "400 500" },
        { "UserGroups_deleteById", "delete /auth/group/{id}", "", "204", "404 500" },
        { "UserGroups_getUserGroupById", "get /auth/group/{id}", "", "200", "404 500" },
        { "UserGroups_listUsersById", "get /auth/group/{id}/users", "", "200", "400 404 500" },
        { "UserGroups_updateById", "patch /auth/group/{id}", "UserGroupsUpdateByIdRequest", "200", "400 404 500" },
        { "UserGroups_updateUsersById", "patch /auth/group/{id}/users", "UserGroupsUpdateUsersByIdRequest", "200", "400 404 500" },
        { "UserGroups_addUserById", "put /auth/group/{id}/users/{user_id}", "", "204", "404 500" },
        { "UserGroups_removeUserById", "delete /auth/group/{id}/users/{user_id}", "", "204", "404 500" },
        { "ApiKeys_list", "get /auth/key", "", "200", "400 500" },
        { "ApiKeys_createNewKey", "post /auth/key", "ApiKeysCreateNewKeyRequest", "201", "400 500" },
        { "ApiKeys_deleteById", "delete /auth/key/{id}", "", "204", "404 409 500" },
        { "ApiKeys_getApiKeyById", "get /auth/key/{id}", "", "200", "404 500" },
        { "ApiKeys_updateById", "patch /auth/key/{id}", "ApiKeysUpdateByIdRequest", "200", "400 404 409 500" },
        { "ImportJobs_deleteById", "delete /import/{id}", "", "204", "404 500" },
        { "ImportJobs_getImportJobById", "get /import/{id}", "", "200", "404 500" },
        { "Events_list", "get /events", "", "200", "400 410 500" },
        { "Webhooks_list", "get /webhook", "", "200", "400 500" },
        { "Webhooks_createNewWebhook", "post /webhook", "WebhooksCreateNewWebhookRequest", "201", "400 500" },
        { "Webhooks_deleteById", "delete /webhook/{id}", "", "204", "404 500" },
        { "Webhooks_getWebhookById", "get /webhook/{id}", "", "200", "404 500" },
        { "Webhooks_updateById", "patch /webhook/{id}", "WebhooksUpdateByIdRequest", "200", "400 404 500" },
        { "Webhooks_rotateById", "post /webhook/{id}/rotate", "", "200", "404 500" },
        { "Webhooks_pingById", "post /webhook/{id}/ping", "", "200", "404 500" },
        { "Webhooks_listDeliveriesById", "get /webhook/{id}/deliveries", "", "200", "400 404 500" },
        { "Webhooks_resendById", "post /webhook/{id}/resend", "WebhooksResendByIdRequest", "202", "400 404 410 500" },
        { "Webhooks_skipById", "post /webhook/{id}/skip", "", "200", "404 409 500" },
        { "Users_list", "get /user", "", "200", "400 500" },
        { "Users_export", "get /user/export", "", "200", "400 500" },
        { "Users_createNewUser", "post /user", "UsersCreateNewUserRequest", "201", "400 500" },
        { "Users_deleteById", "delete /user/{id}", "", "204", "404 500" },
        { "Users_import", "post /user/import", File, "200", "400 409 422 500" },
        { "Users_deleteByList", "post /user/delete", File, "200", "400 409 422 500" },
        { "Users_getUserById", "get /user/{id}", "", "200", "404 500" },
        { "Users_listGroupsById", "get /user/{id}/groups", "", "200", "400 404 500" },
        { "Users_eraseUserById", "post /user/{id}/erase", "", "204", "404 500" },
        { "Users_getDataById", "get /user/{id}/data", "", "200", "404 500" },
        { "Users_updateById", "patch /user/{id}", "UsersUpdateByIdRequest", "200", "400 404 500" },
    };

    [Fact]
    public async Task The_document_has_exactly_these_operations()
    {
        var found =
            from path in (await ReadAsync())["paths"]!.AsObject()
            from method in path.Value!.AsObject()
            select $"{method.Key} {path.Key}";

        Assert.Equal(Operations.Select(operation => (string)operation[1]).Order(), found.Order());
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_operation_follows_the_contract(string operationId, string address, string request, string success, string errors)
    {
        var document = await ReadAsync();
        var (method, path) = (address.Split(' ')[0], address.Split(' ')[1]);
        var operation = document["paths"]![path]![method]!.AsObject();

        Assert.Equal(operationId, (string)operation["operationId"]!);
        Assert.Equal([operationId.Split('_')[0]], operation["tags"]!.AsArray().Select(tag => (string)tag!));
        var responses = operation["responses"]!.AsObject();
        Assert.Equal(success, responses.First().Key);
        Assert.Superset(errors.Split(' ').ToHashSet(), responses.Select(response => response.Key).ToHashSet());
        foreach (var error in responses.Select(response => response.Key).Where(status => status[0] is '4' or '5'))
        {
            var content = responses[error]!["content"]!.AsObject();
            string[] reports = request == File && error == "422" ? ["application/x-ndjson"] : [];
            Assert.Equal(["application/problem+json", .. reports], content.Select(type => type.Key));
            Assert.Equal("Problem", NameOf(content["application/problem+json"]!["schema"]!));
        }

        if (request.Length == 0)
        {
            Assert.False(operation.ContainsKey("requestBody"));
        }
        else
        {
            var body = operation["requestBody"]!;
            Assert.True((bool)body["required"]!);
            Assert.Equal(
                request == File ? FileTypes : method == "patch" ? PatchTypes : ["application/json"],
                body["content"]!.AsObject().Select(type => type.Key));
            Assert.All(body["content"]!.AsObject(), type => Assert.Equal(
                request, request == File && (string?)type.Value!["schema"]!["format"] == "binary" ? File : NameOf(type.Value!["schema"]!)));
        }

        var inPath = (operation["parameters"]?.AsArray() ?? []).Where(parameter => (string)parameter!["in"]! == "path").ToArray();
        Assert.Equal(
            path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')),
            inPath.Select(parameter => (string)parameter!["name"]!));
        Assert.All(inPath, parameter => Assert.True((bool)parameter!["required"]!));
        Assert.All(inPath, parameter => Assert.Equal("string", (string)parameter!["schema"]!["type"]!));
    }

    [Theory]
    [InlineData("UsersCreateNewUserRequest", "role _role email last_name first_name", "user_groups")]
    [InlineData("UsersUpdateByIdRequest", "last_name first_name email role _role", "user_groups")]
    [InlineData("UserGroupsCreateNewGroupRequest", "icon name description", "users")]
    [InlineData("UserGroupsUpdateByIdRequest", "name description icon", "users")]
    [InlineData("UserGroupsUpdateUsersByIdRequest", "", "add remove")]
    [InlineData("ApiKeysCreateNewKeyRequest", "name role expires_at", "", "name role")]
    [InlineData("ApiKeysUpdateByIdRequest", "name role expires_at", "")]
    [InlineData("WebhooksCreateNewWebhookRequest", "url group_id description state", "types", "url")]
    [InlineData("WebhooksUpdateByIdRequest", "url group_id description state", "types")]
    [InlineData("WebhooksResendByIdRequest", "event_id after until failed_since", "")]
    public async Task A_request_has_exactly_these_properties(string schema, string texts, string ids, string required = "")
    {
        var request = (await SchemaAsync(schema)).AsObject();
        var properties = request["properties"]!.AsObject();

        Assert.Equal($"{texts} {ids}".Trim().Split(' ').Order(), properties.Select(property => property.Key).Order());
        Assert.All(WordsOf(texts), text => Assert.Equal("string", (string)properties[text]!["type"]!));
        Assert.All(WordsOf(ids), list => Assert.Equal("array", (string)properties[list]!["type"]!));
        Assert.All(WordsOf(ids), list => Assert.Equal("string", (string)properties[list]!["items"]!["type"]!));
        Assert.Equal(required, string.Join(' ', request["required"]?.AsArray().Select(name => (string)name!) ?? []));
        Assert.False((bool)request["additionalProperties"]!);
        Assert.All(properties, property => Assert.Equal(property.Key == "_role", (bool?)property.Value!["writeOnly"] ?? false));
    }

    [Theory]
    [InlineData("UsersCreateNewUserRequest", "last_name first_name")]
    [InlineData("UsersUpdateByIdRequest", "last_name first_name")]
    [InlineData("UserGroupsCreateNewGroupRequest", "icon description")]
    [InlineData("UserGroupsUpdateByIdRequest", "description icon")]
    [InlineData("ApiKeysCreateNewKeyRequest", "expires_at")]
    [InlineData("ApiKeysUpdateByIdRequest", "expires_at")]
    [InlineData("WebhooksCreateNewWebhookRequest", "types group_id description")]
    [InlineData("WebhooksUpdateByIdRequest", "types group_id description")]
    [InlineData("UserResponse", "first_name last_name email")]
    [InlineData("UserGroupResponse", "name icon description")]
    [InlineData(
        "WebhookResponse",
        "types group_id description disabled_reason failing_since blocked_event_id next_attempt_at previous_secret_expires_at secret")]
    [InlineData("WebhookDeliveryResponse", "status error next_attempt_at")]
    [InlineData("WebhookPingResponse", "status error")]
    [InlineData("AuditEntryResponse", "trace_id")]
    [InlineData("AuditChange", "from to")]
    [InlineData("UserDataResponse", "user")]
    [InlineData("UserDataDelivery", "status")]
    [InlineData("ImportJobResponse", "rows_per_second started_at ended_at result report failure")]
    [InlineData("CallerResponse", "id name role expires_at")]
    public async Task Exactly_these_properties_may_be_null(string schema, string nullable) => Assert.Equal(
        nullable.Split(' '),
        (await SchemaAsync(schema))["properties"]!.AsObject()
            .Where(property => (bool?)property.Value!["nullable"] ?? false)
            .Select(property => property.Key));

    [Theory]
    [InlineData("UserResponse", "id first_name last_name email role user_groups created_at updated_at")]
    [InlineData("UserGroupResponse", "id name icon description users created_at updated_at")]
    [InlineData("MembershipChangesResponse", "added removed unchanged")]
    [InlineData("CallerResponse", "kind id name role expires_at operations")]
    [InlineData("AuditEntryResponse", "write_id resource resource_id created_at actor operation trace_id changes added removed")]
    [InlineData("ListResponseOfAuditEntryResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfUserResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfUserGroupResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfApiKeyResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfWebhookResponse", "links meta count total_pages results")]
    [InlineData(
        "WebhookDeliveryResponse", "id event_id type attempt time duration_ms succeeded status error answer next_attempt_at")]
    [InlineData("WebhookPingResponse", "succeeded duration_ms status error answer")]
    [InlineData("WebhookResendResponse", "resends")]
    [InlineData(
        "ImportJobResponse",
        "id operation state rows_read rows_per_second created_at started_at ended_at result report failure")]
    [InlineData("ImportJobFailure", "code detail")]
    [InlineData("ListLinks", "next previous")]
    [InlineData("ListMeta", "page previous_page next_page")]
    public async Task An_answer_has_exactly_these_required_properties(string schema, string expected)
    {
        var answer = await SchemaAsync(schema);

        Assert.Equal(expected.Split(' ').Order(), answer["properties"]!.AsObject().Select(property => property.Key).Order());
        Assert.Equal(expected.Split(' ').Order(), answer["required"]!.AsArray().Select(name => (string)name!).Order());
    }

    [Fact]
    public async Task Only_a_new_key_has_the_property_token()
    {
        var key = await SchemaAsync("ApiKeyResponse");

        string[] always = ["id", "name", "role", "expires_at", "last_used_at", "created_at", "updated_at"];
        Assert.Equal(always.Append("token").Order(), key["properties"]!.AsObject().Select(property => property.Key).Order());
        Assert.Equal(always.Order(), key["required"]!.AsArray().Select(name => (string)name!).Order());
    }

    [Fact]
    public async Task Every_operation_takes_a_bearer_credential()
    {
        var document = await ReadAsync();

        Assert.Equal("bearer", (string)document["components"]!["securitySchemes"]!["bearer"]!["scheme"]!);
        Assert.Equal(["bearer"], document["security"]!.AsArray().SelectMany(item => item!.AsObject()).Select(scheme => scheme.Key));
    }

    [Fact]
    public async Task A_problem_has_these_properties_and_a_400_has_errors()
    {
        var problem = await SchemaAsync("Problem");

        string[] always = ["type", "title", "status", "detail", "instance", "code", "trace_id"];
        Assert.Equal(always.Append("errors").Order(), problem["properties"]!.AsObject().Select(property => property.Key).Order());
        Assert.Equal(always.Order(), problem["required"]!.AsArray().Select(name => (string)name!).Order());
    }

    [Theory]
    [InlineData("/user", "UserResponse")]
    [InlineData("/auth/group", "UserGroupResponse")]
    [InlineData("/auth/key", "ApiKeyResponse")]
    [InlineData("/webhook", "WebhookResponse")]
    public async Task A_success_answers_the_resource_or_its_list(string path, string resource)
    {
        var paths = (await ReadAsync())["paths"]!;
        string Answer(string address, string method, string status) =>
            NameOf(paths[address]![method]!["responses"]![status]!["content"]!["application/json"]!["schema"]!);

        Assert.Equal($"ListResponseOf{resource}", Answer(path, "get", "200"));
        Assert.Equal(resource, Answer(path, "post", "201"));
        Assert.Equal(resource, Answer($"{path}/{{id}}", "get", "200"));
        Assert.Equal(resource, Answer($"{path}/{{id}}", "patch", "200"));
        Assert.Null(paths[$"{path}/{{id}}"]!["delete"]!["responses"]!["204"]!["content"]);
    }

    [Fact]
    public async Task Every_operation_parameter_and_property_has_a_description_and_every_property_an_example()
    {
        var document = await ReadAsync();
        var operations = OperationsOf(document).ToArray();
        var parameters = operations.SelectMany(operation => operation["parameters"]?.AsArray() ?? []);
        var properties =
            from schema in document["components"]!["schemas"]!.AsObject()
            from property in schema.Value!["properties"]?.AsObject() ?? []
            select (
                Name: $"{schema.Key}.{property.Key}",
                Value: property.Value!.AsObject(),
                IsInExample: schema.Value["example"]?[property.Key] is not null);

        Assert.All(operations, operation => Assert.NotEmpty((string)operation["summary"]!));
        Assert.All(parameters, parameter => Assert.NotEmpty((string)parameter!["description"]!));
        Assert.All(properties, property => Assert.True(
            property.Value.ContainsKey("description") && (property.Value.ContainsKey("example") || property.IsInExample), property.Name));
    }

    /// <summary>405 is not here: an operation has its own method.</summary>
    [Theory]
    [InlineData("get /user", "200 400 401 403 429 500 503 504")]
    [InlineData("post /user", "201 400 401 403 408 409 413 415 422 429 500 503 504")]
    [InlineData("get /user/{id}", "200 304 400 401 403 404 429 500 503 504")]
    [InlineData("patch /user/{id}", "200 400 401 403 404 408 412 413 415 429 500 503 504")]
    [InlineData("delete /user/{id}", "204 400 401 403 404 412 429 500 503 504")]
    [InlineData("get /user/{id}/groups", "200 400 401 403 404 429 500 503 504")]
    [InlineData("get /user/export", "200 400 401 403 429 500 503 504")]
    [InlineData("put /auth/group/{id}/users/{user_id}", "204 400 401 403 404 412 429 500 503 504")]
    [InlineData("post /auth/key", "201 400 401 403 408 413 415 429 500 503 504")]
    [InlineData("get /auth/audit", "200 400 401 403 429 500 503 504")]
    [InlineData("post /user/delete", "200 202 400 401 403 408 409 415 422 429 500 503")]
    [InlineData("get /import/{id}", "200 400 401 403 404 429 500 503 504")]
    [InlineData("delete /import/{id}", "204 400 401 403 404 429 500 503 504")]
    [InlineData("get /auth/me", "200 400 401 429 500 503 504")]
    [InlineData("get /events", "200 400 401 403 410 429 500 503")]
    [InlineData("post /webhook/{id}/rotate", "200 400 401 403 404 429 500 503 504")]
    [InlineData("post /webhook/{id}/resend", "202 400 401 403 404 408 410 413 415 429 500 503 504")]
    [InlineData("post /webhook/{id}/skip", "200 400 401 403 404 409 429 500 503 504")]
    public async Task An_operation_lists_every_status_that_it_can_answer(string address, string statuses)
    {
        var responses = (await OperationAsync(address))["responses"]!.AsObject();

        Assert.Equal(statuses, string.Join(' ', responses.Select(response => response.Key)));
        Assert.False(responses["304"]?.AsObject().ContainsKey("content") ?? false);
    }

    [Fact]
    public async Task An_import_has_no_limit_of_its_size_and_its_time()
    {
        var responses = (await OperationAsync("post /user/import"))["responses"]!.AsObject();

        Assert.Subset(responses.Select(response => response.Key).ToHashSet(), new HashSet<string> { "200", "408", "409", "415" });
        Assert.DoesNotContain(responses, response => response.Key is "413" or "504");
    }

    [Theory]
    [InlineData("get /user", "200", "Link")]
    [InlineData("get /auth/group/{id}", "200", "ETag")]
    [InlineData("get /auth/group/{id}", "304", "ETag")]
    [InlineData("get /auth/group/{id}", "404", "")]
    [InlineData("post /auth/group", "201", "ETag Location")]
    [InlineData("post /auth/group", "409", "Retry-After")]
    [InlineData("patch /auth/group/{id}", "200", "ETag")]
    [InlineData("delete /auth/group/{id}", "204", "")]
    [InlineData("patch /auth/group/{id}/users", "200", "")]
    [InlineData("get /user/export", "200", "Content-Disposition Events-Next")]
    [InlineData("get /events", "200", "Link")]
    [InlineData("post /user/import", "202", "Location")]
    [InlineData("post /webhook/{id}/resend", "202", "")]
    [InlineData("get /user", "401", "WWW-Authenticate")]
    [InlineData("get /user", "403", "WWW-Authenticate")]
    [InlineData("get /user", "429", "Retry-After")]
    [InlineData("get /user", "503", "Retry-After")]
    public async Task An_answer_lists_its_headers(string address, string status, string headers)
    {
        var listed = (await OperationAsync(address))["responses"]![status]!["headers"]?.AsObject().Select(header => header.Key) ?? [];

        string[] limits = status == "401" ? [] : ["RateLimit", "RateLimit-Policy"];
        Assert.Equal(headers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Concat(limits).Order(), listed.Order());
    }

    [Fact]
    public async Task Every_answer_to_a_valid_credential_lists_the_headers_of_the_rate_limit()
    {
        foreach (var operation in OperationsOf(await ReadAsync()))
        {
            foreach (var (status, response) in operation["responses"]!.AsObject())
            {
                foreach (var header in new[] { "RateLimit", "RateLimit-Policy" })
                {
                    var listed = response!["headers"]?[header];
                    Assert.Equal(status != "401", listed is not null);
                    Assert.True(listed is null || ((string)listed["description"]!).Contains("\"default\";", StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public async Task The_kinds_of_credentials_are_listed_as_they_are_sent()
    {
        var kinds = (await SchemaAsync("CredentialKind"))["enum"]!.AsArray().Select(kind => (string)kind!);

        Assert.Equal(["api_key", "token", "none"], kinds);
    }

    [Fact]
    public async Task The_listed_headers_are_sent()
    {
        var created = (await service.PostAsync("/auth/group", new { name = "Mathematicians" })).MustBe(201);
        await service.CreateUsersAsync(2);
        var path = $"/auth/group/{created.Json.Id()}";
        var unchanged = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "If-None-Match", $"{created.Headers.ETag}" } } };
        var guest = await service.CreateTokenAsync("guest");

        Assert.NotNull(created.Headers.ETag);
        Assert.EndsWith(path, created.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal(created.Headers.ETag, (await service.GetAsync(path)).MustBe(200).Headers.ETag);
        Assert.Equal(created.Headers.ETag, (await service.SendAsync(unchanged)).MustBe(304).Headers.ETag);
        Assert.True((await service.GetAsync("/user?page_size=1")).MustBe(200).Headers.Contains("Link"));
        Assert.NotEmpty((await service.SendAsAsync(null, HttpMethod.Get, "/user")).MustBe(401).Headers.WwwAuthenticate);
        Assert.NotEmpty((await service.SendAsAsync(guest, HttpMethod.Get, "/user")).MustBe(403).Headers.WwwAuthenticate);
        using var export = await service.Client.GetAsync("/user/export");
        Assert.Equal("users.csv", export.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        Assert.NotEmpty(export.Headers.GetValues("Events-Next"));
    }

    /// <summary>Many generators read only the first media type. Others unite the schemas, so each media type has one.</summary>
    [Fact]
    public async Task The_feed_of_events_has_three_media_types_and_JSON_is_the_first()
    {
        var content = (await OperationAsync("get /events"))["responses"]!["200"]!["content"]!.AsObject();

        string[] types = ["application/json", "application/cloudevents-batch+json", "text/event-stream"];
        Assert.Equal(types, content.Select(type => type.Key));
        Assert.Equal("EventListResponse", NameOf(content[types[0]]!["schema"]!));
        Assert.Equal("CloudEvent", NameOf(content[types[1]]!["schema"]!["items"]!));
        Assert.Equal("string", (string)content[types[2]]!["schema"]!["type"]!);
        var data = (await SchemaAsync("CloudEvent"))["properties"]!["data"]!;
        Assert.Equal("EventResponse", NameOf(data["allOf"]!.AsArray().Single()!));
        foreach (var type in types)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/events?after=now") { Headers = { { "Accept", type } } };
            using var answer = await service.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal(type == types[1], answer.Headers.Contains("Link"));
        }
    }

    [Fact]
    public async Task Files_are_binary_and_the_lines_of_an_import_report_have_schemas()
    {
        var export = (await OperationAsync("get /user/export"))["responses"]!["200"]!["content"]!.AsObject();
        var report = (await OperationAsync("post /user/import"))["responses"]!["200"]!["content"]!["application/x-ndjson"]!["schema"]!;

        Assert.Equal(FileTypes, export.Select(type => type.Key));
        Assert.All(export, type => Assert.Equal("binary", (string)type.Value!["schema"]!["format"]!));
        Assert.Equal("binary", (string)report["format"]!);
        Assert.Equal(["ImportRefusal", "ImportSummary"], report["x-itemSchema"]!["oneOf"]!.AsArray().Select(line => NameOf(line!)));
    }

    [Fact]
    public async Task The_lines_of_an_import_report_follow_their_schemas()
    {
        var report = await service.ImportAsync("email,role\nada@example.org,editor\nnobody,editor\n", "partial=true");

        foreach (var (line, schema) in report.MustBe(200).Lines.Zip(["ImportRefusal", "ImportSummary"]))
        {
            var described = await SchemaAsync(schema);
            Assert.Equal(line.Select(property => property.Key), described["properties"]!.AsObject().Select(property => property.Key));
            Assert.Equal(line.Select(property => property.Key), described["required"]!.AsArray().Select(name => (string)name!));
        }
    }

    [Fact]
    public async Task No_parameter_can_be_null_and_no_oneOf_has_a_single_item()
    {
        var document = await ReadAsync();
        var parameters = OperationsOf(document).SelectMany(operation => operation["parameters"]?.AsArray() ?? []);
        var unions = Descendants(document).OfType<JsonObject>().Where(node => node["oneOf"] is JsonArray).ToList();

        Assert.All(parameters, parameter => Assert.False(parameter!["schema"]!.AsObject().ContainsKey("nullable")));
        Assert.All(unions, union => Assert.True(union["oneOf"]!.AsArray().Count > 1, union.ToJsonString()));
    }

    [Theory]
    [InlineData("get /user", "sort", "UserSort", "created_at email first_name last_name -created_at -email -first_name -last_name")]
    [InlineData("get /auth/group", "sort", "UserGroupSort", "created_at name -created_at -name")]
    [InlineData("get /user/export", "format", "FileFormat", "csv ndjson")]
    [InlineData("get /auth/group/{id}", "fields", "UserGroupField", "id name icon description users created_at updated_at")]
    [InlineData("get /user/{id}/groups", "fields", "UserGroupField", "id name icon description users created_at updated_at")]
    [InlineData("get /auth/key", "fields", "ApiKeyField", "id name role expires_at last_used_at created_at updated_at")]
    [InlineData("get /events", "types", "EventType", "user.created group.members_changed import.finished")]
    public async Task A_parameter_with_known_values_lists_them_and_explains_itself(
        string address, string name, string schema, string values)
    {
        var parameter = await ParameterAsync(address, name);
        var isList = name is "fields" or "types";
        var value = isList ? parameter["schema"]!["items"]! : parameter["schema"]!;

        Assert.Equal(schema, NameOf(value));
        Assert.Superset(
            values.Split(' ').ToHashSet(), (await SchemaAsync(schema))["enum"]!.AsArray().Select(item => (string)item!).ToHashSet());
        Assert.Contains(
            name == "types" ? "Given with commas" : "Given as", (string)parameter["description"]!, StringComparison.Ordinal);
        Assert.Equal(isList, (string?)parameter["style"] == "form");
        Assert.Equal(isList, (bool?)parameter["explode"] == false);
    }

    [Fact]
    public async Task Values_with_dots_have_names_without_dots()
    {
        var names = (await SchemaAsync("EventType"))["x-enumNames"]!.AsArray().Select(name => (string)name!).ToList();

        Assert.Superset(new HashSet<string> { "UserCreated", "GroupMembersChanged" }, names.ToHashSet());
        Assert.All(names, name => Assert.All(name, letter => Assert.True(char.IsAsciiLetter(letter), name)));
    }

    /// <summary>A generated client takes the first value for a missing one.</summary>
    [Fact]
    public async Task The_first_role_is_the_weakest()
    {
        var role = await SchemaAsync("Role");

        Assert.Equal(["guest", "viewer", "editor", "admin"], role["enum"]!.AsArray().Select(value => (string)value!));
        Assert.Equal(["Guest", "Viewer", "Editor", "Admin"], role["x-enumNames"]!.AsArray().Select(value => (string)value!));
    }

    /// <summary>Sends each text and each list with its longest allowed length, and with one more.</summary>
    [Theory]
    [MemberData(nameof(EveryRuleTests.Requests), MemberType = typeof(EveryRuleTests))]
    public async Task The_service_checks_each_listed_limit(string address, string schema)
    {
        var words = address.Split(' ');
        var (method, path) = (HttpMethod.Parse(words[0]), Bodies.OnUnknown(words[1]));
        var properties = (await SchemaAsync(schema))["properties"]!.AsObject();
        string[] unlimited = ["role", "_role", "expires_at", "group_id", "state", "after", "until", "failed_since"];
        var (user, group) = ((await service.CreateUserAsync()).Id(), (await service.CreateGroupAsync()).Id());

        foreach (var (name, property) in properties.Where(property => !unlimited.Contains(property.Key)))
        {
            var isList = (string)property!["type"]! == "array";
            var (limit, code) = isList ? ((int)property["maxItems"]!, "too_many") : ((int)property["maxLength"]!, "too_long");
            async Task<string[]> CodesAsync(int length)
            {
                var body = new JsonObject { [name] = isList ? Ids(name, length) : Text(name, length) };
                var errors = (await service.SendAsync(method, path, body)).Json["errors"]?.AsArray() ?? [];
                return [.. errors.Where(error => (string?)error!["pointer"] == $"/{name}").Select(error => (string)error!["code"]!)];
            }

            Assert.DoesNotContain(code, await CodesAsync(limit));
            Assert.Contains(code, await CodesAsync(limit + 1));
        }

        static JsonNode Text(string name, int length) =>
            name == "email" ? $"ada@{new string('x', length - "ada@.org".Length)}.org" : new string('x', length);

        JsonArray Ids(string name, int count) =>
            new([.. Enumerable.Repeat(name == "user_groups" ? group : user, count).Select(id => (JsonNode?)id)]);
    }

    [Theory]
    [InlineData("ApiKeysCreateNewKeyRequest", "expires_at", "date-time")]
    [InlineData("ApiKeysUpdateByIdRequest", "expires_at", "date-time")]
    // The checkers of the format refuse international addresses.
    [InlineData("UsersCreateNewUserRequest", "email", null)]
    public async Task A_text_has_a_format_only_if_it_holds(string schema, string property, string? format) =>
        Assert.Equal(format, (string?)(await SchemaAsync(schema))["properties"]![property]!["format"]);

    /// <summary>The page for trying calls fills in the examples.</summary>
    [Theory]
    [InlineData("/user", "UsersCreateNewUserRequest", "UsersUpdateByIdRequest")]
    [InlineData("/auth/group", "UserGroupsCreateNewGroupRequest", "UserGroupsUpdateByIdRequest")]
    [InlineData("/auth/key", "ApiKeysCreateNewKeyRequest", "ApiKeysUpdateByIdRequest")]
    [InlineData("/webhook", "WebhooksCreateNewWebhookRequest", "WebhooksUpdateByIdRequest")]
    public async Task The_examples_of_requests_succeed_in_an_empty_workspace(string path, string create, string update)
    {
        await service.ClearAsync();
        if (path == "/webhook")
        {
            // The group of the example.
            await service.ExecuteAsync("INSERT INTO user_groups (id) VALUES ('019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072')");
        }

        var created = (await service.PostAsync(path, await ExampleAsync(create))).MustBe(201).Json;

        (await service.PatchAsync($"{path}/{created.Id()}", await ExampleAsync(update))).MustBe(200);
        if (path == "/auth/group")
        {
            var members = await ExampleAsync("UserGroupsUpdateUsersByIdRequest");
            (await service.PatchAsync($"{path}/{created.Id()}/users", members)).MustBe(200);
        }
    }

    [Fact]
    public async Task The_example_of_a_list_has_a_row_and_a_real_link()
    {
        var lists = (await ReadAsync())["paths"]!.AsObject()
            .Select(path => (path.Key, Example: path.Value!["get"]?["responses"]!["200"]!["content"]!["application/json"]?["example"]))
            .Where(list => list.Example?["links"] is not null)
            .ToList();

        Assert.Superset(
            new HashSet<string> { "/auth/audit", "/auth/group", "/auth/group/{id}/users", "/auth/key", "/user", "/user/{id}/groups" },
            lists.Select(list => list.Key).ToHashSet());
        Assert.All(lists, list => Assert.NotEmpty(list.Example!["results"]!.AsArray().Single()!.AsObject()));
        Assert.All(lists, list => Assert.Contains("&cursor=", (string)list.Example!["links"]!["next"]!, StringComparison.Ordinal));
        var users = new Uri((string)lists.Single(list => list.Key == "/user").Example!["links"]!["next"]!);
        (await service.GetAsync(users.PathAndQuery)).MustBe(200);
    }

    [Theory]
    [InlineData("EventListResponse")]
    [InlineData("CloudEvent")]
    public async Task The_examples_of_events_have_all_properties(string schema)
    {
        var answer = (await OperationAsync("get /events"))["responses"]!["200"]!["content"]!["application/json"]!;
        var (example, change) = schema == "CloudEvent"
            ? (await ExampleAsync(schema), (await ExampleAsync(schema))["data"]!)
            : (answer["example"]!.AsObject(), answer["example"]!["results"]!.AsArray().Single()!);

        AssertHasAll(example, await SchemaAsync(schema));
        AssertHasAll(change.AsObject(), await SchemaAsync("EventResponse"));

        static void AssertHasAll(JsonObject example, JsonNode schema) => Assert.Equal(
            schema["required"]!.AsArray().Select(name => (string)name!), example.Select(property => property.Key));
    }

    [Fact]
    public async Task Users_come_first_and_the_document_names_its_licence()
    {
        var document = await ReadAsync();
        var tags = document["tags"]!.AsArray();
        var ofOperations = OperationsOf(document).Select(operation => (string)operation["tags"]![0]!).Distinct();

        Assert.Equal(["Users", "UserGroups", "ApiKeys", "AuditEntries"], tags.Take(4).Select(tag => (string)tag!["name"]!));
        Assert.Equal(tags.Select(tag => (string)tag!["name"]!), ofOperations);
        Assert.All(tags, tag => Assert.NotEmpty((string)tag!["description"]!));
        Assert.Equal("MIT", (string)document["info"]!["license"]!["name"]!);
        Assert.NotEmpty((string)document["info"]!["contact"]!["name"]!);
    }

    [Theory]
    [InlineData("get /user", "viewer")]
    [InlineData("post /user", "admin")]
    [InlineData("get /auth/key", "admin")]
    [InlineData("get /user/{id}/data", "admin")]
    public async Task An_operation_names_its_role(string address, string role) => Assert.Contains(
        $"with the role `{role}`", (string)(await OperationAsync(address))["description"]!, StringComparison.Ordinal);

    [Fact]
    public async Task The_second_document_differs_only_by_the_missing_aliases()
    {
        var first = await ReadAsync();
        var second = (await service.GetAsync("/swagger/v1-without-aliases/swagger.json")).MustBe(200).Json;
        foreach (var schema in new[] { "UsersCreateNewUserRequest", "UsersUpdateByIdRequest" })
        {
            Assert.True(first["components"]!["schemas"]![schema]!["properties"]!.AsObject().Remove("_role"));
        }

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Theory]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    public async Task The_document_is_served_for_people_and_for_programs(string path) => (await service.GetAsync(path)).MustBe(200);

    [Fact]
    public async Task The_committed_document_equals_the_served_one()
    {
        var file = typeof(OpenApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "ApiDescription").Value!;
        var served = (await ReadAsync()).Without("servers");
        if (Environment.GetEnvironmentVariable(Refresh) == "1")
        {
            await System.IO.File.WriteAllTextAsync(file, served.ToJsonString(Pretty) + "\n");
        }

        Assert.True(
            await System.IO.File.ReadAllTextAsync(file) == served.ToJsonString(Pretty) + "\n",
            "docs/openapi.json differs from the served document. If you intend this change, refresh the file and read the diff: "
                + $"{Refresh}=1 dotnet test tests/IntegrationTests --filter OpenApiTests");
    }

    private static IEnumerable<JsonObject> OperationsOf(JsonObject document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(method => method.Value!.AsObject());

    private static IEnumerable<JsonNode?> Descendants(JsonNode? node) => node switch
    {
        JsonObject parent => parent.SelectMany(property => Descendants(property.Value)).Prepend(node),
        JsonArray parent => parent.SelectMany(Descendants).Prepend(node),
        _ => [node],
    };

    private static string[] WordsOf(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string NameOf(JsonNode schema) => ((string)schema["$ref"]!).Split('/')[^1];

    private async Task<JsonObject> ExampleAsync(string schema) => new(
        (await SchemaAsync(schema))["properties"]!.AsObject()
            .Select(property => KeyValuePair.Create(property.Key, property.Value!["example"]?.DeepClone())));

    private async Task<JsonObject> OperationAsync(string address) =>
        (await ReadAsync())["paths"]![address.Split(' ')[1]]![address.Split(' ')[0]]!.AsObject();

    private async Task<JsonObject> ParameterAsync(string address, string name) =>
        (await OperationAsync(address))["parameters"]!.AsArray().Single(parameter => (string)parameter!["name"]! == name)!.AsObject();

    private async Task<JsonNode> SchemaAsync(string name) => (await ReadAsync())["components"]!["schemas"]![name]!;

    private async Task<JsonObject> ReadAsync() => (await service.GetAsync("/swagger/v1/swagger.json")).MustBe(200).Json;
}
