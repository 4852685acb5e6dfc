using System.Text.Json.Nodes;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

/// <summary>
/// Sends a text that breaks every rule as every text of every request. A property whose rule is forgotten in a validator fails here.
/// </summary>
public sealed class EveryRuleTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    // Longer than the longest description.
    private static readonly string Long = new('x', 5_000);

    /// <summary>The address and the schema of each request with a JSON body.</summary>
    public static TheoryData<string, string> Requests
    {
        get
        {
            var requests = new TheoryData<string, string>();
            foreach (var (address, schema) in OpenApiTests.Operations.Select(operation => ((string)operation[1], (string)operation[2])))
            {
                if (schema.EndsWith("Request", StringComparison.Ordinal))
                {
                    requests.Add(address, schema);
                }
            }

            return requests;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_text_that_is_too_long_is_refused(string address, string schema)
    {
        var words = address.Split(' ');
        var (method, path) = (HttpMethod.Parse(words[0]), Bodies.OnUnknown(words[1]));
        var document = (await service.GetAsync("/swagger/v1/swagger.json")).MustBe(200).Json;
        var properties = document["components"]!["schemas"]![schema]!["properties"]!.AsObject();

        foreach (var name in properties.Where(property => (string)property.Value!["type"]! == "string").Select(property => property.Key))
        {
            var errors = (await service.SendAsync(method, path, new JsonObject { [name] = Long })).MustBe(400).Json["errors"]!.AsArray();

            Assert.Contains($"/{name}", errors.Select(error => (string)error!["pointer"]!));
        }
    }
}
