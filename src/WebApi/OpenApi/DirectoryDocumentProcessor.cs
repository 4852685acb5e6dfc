using System.Reflection;
using CleanWorkspace.Domain.Users;
using Microsoft.AspNetCore.Http.Metadata;
using Namotion.Reflection;
using Newtonsoft.Json.Linq;
using NJsonSchema;
using NSwag;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Completes the document: its order, its tags, the form of references, and the examples of lists.</summary>
internal sealed class DirectoryDocumentProcessor : IDocumentProcessor
{
    private const string ExampleHost = "https://workspace.example.org";

    private const string ExampleId = "019a2b3c-5d6e-7f80-9a1b-2c3d4e5f6072";

    private const string ExampleCursor = "AaIedYcacFqmMgP7lx_snwAAAAAAAAAAAAAAAAAAAAAAAAAAAhreJ5xSUbjm";

    // Tags in the order of the document. Other tags follow.
    private static readonly string[] Tags = ["Users", "UserGroups", "ApiKeys", "AuditEntries", "ImportJobs"];

    private static readonly string[] Methods =
    [
        OpenApiOperationMethod.Get,
        OpenApiOperationMethod.Post,
        OpenApiOperationMethod.Put,
        OpenApiOperationMethod.Patch,
        OpenApiOperationMethod.Delete,
    ];

    /// <summary>Changes the document.</summary>
    public void Process(DocumentProcessorContext context)
    {
        var document = context.Document;
        AddTags(document, context.ControllerTypes);
        Sort(document);
        foreach (var schema in document.Components.Schemas.Values)
        {
            UseAllOf(schema);
        }

        PutWeakestRoleFirst(document.Components.Schemas[nameof(Role)]);
        AddExamplesOfLists(document);
    }

    /// <summary>Returns an object with the examples of the required properties.</summary>
    public static JObject ExampleOf(JsonSchema schema) => new(
        schema.Properties.Where(property => property.Value.IsRequired)
            .Select(property => new JProperty(property.Key, property.Value.Example)));

    private static void AddTags(OpenApiDocument document, IEnumerable<Type> controllers)
    {
        var tags =
            from controller in controllers
            from name in controller.GetCustomAttributes().OfType<ITagsMetadata>().SelectMany(tag => tag.Tags)
            orderby PositionOf(name)
            select new OpenApiTag { Name = name, Description = controller.GetXmlDocsSummary() };
        document.Tags = tags.ToList();
    }

    private static void Sort(OpenApiDocument document)
    {
        var paths = document.Paths.OrderBy(path => PositionOf(path.Value.Values.First().Tags.First())).ToList();
        document.Paths.Clear();
        foreach (var (path, item) in paths)
        {
            var operations = item.OrderBy(operation => Array.IndexOf(Methods, operation.Key)).ToList();
            item.Clear();
            foreach (var (method, operation) in operations)
            {
                item[method] = operation;
            }

            document.Paths[path] = item;
        }
    }

    private static int PositionOf(string tag) => Array.IndexOf(Tags, tag) is var index and >= 0 ? index : Tags.Length;

    // NSwag describes a property of a named type by a oneOf with one item. Several generators make a union of that.
    private static void UseAllOf(JsonSchema schema)
    {
        foreach (var property in schema.Properties.Values.Where(property => property.OneOf.Count == 1))
        {
            property.AllOf.Add(property.OneOf.Single());
            property.OneOf.Clear();
            if (property.IsNullableRaw == true)
            {
                // Only a schema with a type can be nullable.
                property.Type = property.AllOf.Single().ActualSchema.Type;
            }
        }
    }

    // The first value is the default in some languages. A missing role must not become a powerful one.
    private static void PutWeakestRoleFirst(JsonSchema role)
    {
        var members = role.Enumeration.Zip(role.EnumerationNames).Reverse().ToList();
        role.Enumeration.Clear();
        role.EnumerationNames.Clear();
        foreach (var (value, name) in members)
        {
            role.Enumeration.Add(value);
            role.EnumerationNames.Add(name);
        }
    }

    private static void AddExamplesOfLists(OpenApiDocument document)
    {
        foreach (var operation in document.Operations.Where(operation => operation.Method == OpenApiOperationMethod.Get))
        {
            if (operation.Operation.Responses["200"].Content.TryGetValue("application/json", out var answer)
                && answer.Schema.ActualSchema is var list
                && list.Properties.TryGetValue("results", out var results))
            {
                var rows = new JArray(ExampleOf(results.Item!.ActualSchema));
                results.Example = rows;
                answer.Example = list.Properties.ContainsKey("links") ? PageOf(rows, operation.Path) : ExampleOf(list);
            }
        }
    }

    private static JObject PageOf(JArray rows, string path) => new()
    {
        ["links"] = new JObject { ["next"] = LinkTo(path), ["previous"] = null },
        ["meta"] = new JObject { ["page"] = 1, ["previous_page"] = null, ["next_page"] = 2 },
        ["count"] = 2,
        ["total_pages"] = 2,
        ["results"] = rows,
    };

    private static string LinkTo(string path) =>
        $"{ExampleHost}{path.Replace("{id}", ExampleId, StringComparison.Ordinal)}?page_size=1&page=2&cursor={ExampleCursor}";
}
