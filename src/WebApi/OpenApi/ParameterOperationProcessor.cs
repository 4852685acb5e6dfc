using System.Reflection;
using CleanWorkspace.Application.Events;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.WebApi.Requests;
using NJsonSchema;
using NSwag;
using NSwag.Generation.AspNetCore;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>
/// Completes the parameters: no parameter can be null, a parameter with its own syntax explains it and lists its values, and parameters
/// that are always refused are hidden.
/// </summary>
internal sealed class ParameterOperationProcessor : IOperationProcessor
{
    // Clients that are generated from the document would expect every required property.
    private const string FieldsNote =
        "The answer does not have the other properties, although its schema requires them. Read it as JSON, or with a type whose "
        + "properties are optional.";

    /// <summary>Changes the parameters of the operation.</summary>
    public bool Process(OperationProcessorContext context)
    {
        var parameters = context.OperationDescription.Operation.Parameters;
        foreach (var (parameter, described) in context.Parameters)
        {
            if (parameter.IsDefined(typeof(UndocumentedAttribute)))
            {
                parameters.Remove(described);
            }
        }

        foreach (var parameter in parameters.Where(parameter => parameter.Kind != OpenApiParameterKind.Body))
        {
            // A parameter is given or absent.
            parameter.Schema.IsNullableRaw = null;
            if (parameter.Schema.OneOf.Count == 1)
            {
                parameter.Schema = new JsonSchema { Reference = parameter.Schema.OneOf.Single().ActualSchema };
            }
        }

        foreach (var parameter in ((AspNetCoreOperationProcessorContext)context).ApiDescription.ParameterDescriptions)
        {
            if (parameter.ModelMetadata?.ModelType is { } type && QueryValues.Is(type))
            {
                Describe(parameters.Single(other => other.Name == parameter.Name), type, context.Document);
            }
        }

        return true;
    }

    private static void Describe(OpenApiParameter parameter, Type type, OpenApiDocument document)
    {
        parameter.Description = $"{parameter.Description} Given {QueryValues.FormOf(type)}.";
        if (QueryValues.ValuesOf(type) is not { Count: > 0 } values)
        {
            return;
        }

        var value = new JsonSchema { Reference = GetOrAddEnum(document, type, values) };
        if (!IsList(type))
        {
            parameter.Schema = value;
            return;
        }

        parameter.Description += type.IsSubclassOf(typeof(Fields)) ? $" {FieldsNote}" : "";
        parameter.Schema = new JsonSchema { Type = JsonObjectType.Array, Item = value };
        parameter.Style = OpenApiParameterStyle.Form;
        parameter.Explode = false;
    }

    private static bool IsList(Type type) => type == typeof(EventTypes) || type.IsSubclassOf(typeof(Fields));

    // A schema with a name gives the enum a name in generated clients.
    private static JsonSchema GetOrAddEnum(OpenApiDocument document, Type type, IReadOnlyList<string> values)
    {
        var name = EnumNameOf(type);
        if (!document.Components.Schemas.TryGetValue(name, out var schema))
        {
            schema = new JsonSchema { Type = JsonObjectType.String, Description = $"Given {QueryValues.FormOf(type)}." };
            foreach (var value in values)
            {
                schema.Enumeration.Add(value);
                schema.EnumerationNames.Add(MemberNameOf(value));
            }

            document.Components.Schemas[name] = schema;
        }

        return schema;
    }

    // UserField for Fields<UserResponse>, UserSort for Sort<UserKey>, EventType for EventTypes.
    private static string EnumNameOf(Type type)
    {
        if (!type.IsGenericType)
        {
            return IsList(type) ? type.Name.TrimEnd('s') : type.Name;
        }

        var argument = type.GetGenericArguments()[0].Name;
        return type.IsSubclassOf(typeof(Fields))
            ? argument.Replace("Response", "Field", StringComparison.Ordinal)
            : $"{argument[..^"Key".Length]}Sort";
    }

    // CreatedAt for created_at, CreatedAtDescending for -created_at, UserCreated for user.created. Without names, some generators give
    // two values the same name, or a name that their language does not allow.
    private static string MemberNameOf(string value)
    {
        var words = value.TrimStart('-').Split('_', '.').Select(word => char.ToUpperInvariant(word[0]) + word[1..]);
        return string.Concat(words) + (value.StartsWith('-') ? "Descending" : "");
    }
}
