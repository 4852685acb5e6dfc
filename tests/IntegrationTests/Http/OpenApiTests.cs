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

    private static readonly JsonSerializerOptions Pretty = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static readonly TheoryData<string, string, string, string, string> Operations = new()
    {
        { "AuditEntries_list", "get /auth/audit", "", "200", "400 500" },
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
        { "ApiKeys_deleteById", "delete /auth/key/{id}", "", "204", "404 500" },
        { "ApiKeys_getApiKeyById", "get /auth/key/{id}", "", "200", "404 500" },
        { "ApiKeys_updateById", "patch /auth/key/{id}", "ApiKeysUpdateByIdRequest", "200", "400 404 500" },
        { "Users_list", "get /user", "", "200", "400 500" },
        { "Users_export", "get /user/export", "", "200", "400 500" },
        { "Users_createNewUser", "post /user", "UsersCreateNewUserRequest", "201", "400 500" },
        { "Users_deleteById", "delete /user/{id}", "", "204", "404 500" },
        { "Users_import", "post /user/import", File, "200", "400 409 422 500" },
        { "Users_deleteByList", "post /user/delete", File, "200", "400 409 422 500" },
        { "Users_getUserById", "get /user/{id}", "", "200", "404 500" },
        { "Users_listGroupsById", "get /user/{id}/groups", "", "200", "400 404 500" },
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
        Assert.Equal([success, .. errors.Split(' ')], operation["responses"]!.AsObject().Select(response => response.Key).Order());
        foreach (var error in errors.Split(' '))
        {
            var content = operation["responses"]![error]!["content"]!.AsObject();
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
            Assert.Equal(request == File ? FileTypes : ["application/json"], body["content"]!.AsObject().Select(type => type.Key));
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
    [InlineData("ApiKeysCreateNewKeyRequest", "name role expires_at", "")]
    [InlineData("ApiKeysUpdateByIdRequest", "name role expires_at", "")]
    public async Task A_request_has_exactly_these_optional_properties(string schema, string texts, string ids)
    {
        var request = (await SchemaAsync(schema)).AsObject();
        var properties = request["properties"]!.AsObject();

        Assert.Equal($"{texts} {ids}".Trim().Split(' ').Order(), properties.Select(property => property.Key).Order());
        Assert.All(WordsOf(texts), text => Assert.Equal("string", (string)properties[text]!["type"]!));
        Assert.All(WordsOf(ids), list => Assert.Equal("array", (string)properties[list]!["type"]!));
        Assert.All(WordsOf(ids), list => Assert.Equal("string", (string)properties[list]!["items"]!["type"]!));
        Assert.False(request.ContainsKey("required"));
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
    [InlineData("UserResponse", "first_name last_name email")]
    [InlineData("UserGroupResponse", "name icon description")]
    [InlineData("AuditEntryResponse", "trace_id")]
    [InlineData("AuditChange", "from to")]
    public async Task Exactly_these_properties_may_be_null(string schema, string nullable) => Assert.Equal(
        nullable.Split(' '),
        (await SchemaAsync(schema))["properties"]!.AsObject()
            .Where(property => (bool?)property.Value!["nullable"] ?? false)
            .Select(property => property.Key));

    [Theory]
    [InlineData("UserResponse", "id first_name last_name email role user_groups created_at updated_at")]
    [InlineData("UserGroupResponse", "id name icon description users created_at updated_at")]
    [InlineData("MembershipChangesResponse", "added removed unchanged")]
    [InlineData("AuditEntryResponse", "write_id resource resource_id created_at actor operation trace_id changes added removed")]
    [InlineData("ListResponseOfAuditEntryResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfUserResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfUserGroupResponse", "links meta count total_pages results")]
    [InlineData("ListResponseOfApiKeyResponse", "links meta count total_pages results")]
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
        var operations = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .Select(method => method.Value!.AsObject())
            .ToArray();
        var parameters = operations.SelectMany(operation => operation["parameters"]?.AsArray() ?? []);
        var properties =
            from schema in document["components"]!["schemas"]!.AsObject()
            from property in schema.Value!["properties"]?.AsObject() ?? []
            select (Name: $"{schema.Key}.{property.Key}", Value: property.Value!.AsObject());

        Assert.All(operations, operation => Assert.NotEmpty((string)operation["summary"]!));
        Assert.All(parameters, parameter => Assert.NotEmpty((string)parameter!["description"]!));
        Assert.All(properties, property => Assert.True(
            property.Value.ContainsKey("description") && property.Value.ContainsKey("example"), property.Name));
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

    private static string[] WordsOf(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string NameOf(JsonNode schema) => ((string)schema["$ref"]!).Split('/')[^1];

    private async Task<JsonNode> SchemaAsync(string name) => (await ReadAsync())["components"]!["schemas"]![name]!;

    private async Task<JsonObject> ReadAsync() => (await service.GetAsync("/swagger/v1/swagger.json")).MustBe(200).Json;
}
