using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using NJsonSchema;
using NJsonSchema.Generation;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>
/// Completes the schemas of request bodies: other properties are refused, texts and lists have limits, <c>_role</c> is write-only, and
/// properties for old clients are hidden.
/// </summary>
/// <remarks>
/// An address has no format. The checkers of the format <c>email</c> refuse international addresses, which the service accepts.
/// </remarks>
/// <param name="hasAliases">False hides properties that are another name for a property, such as <c>_role</c>.</param>
internal sealed class RequestSchemaProcessor(bool hasAliases) : ISchemaProcessor
{
    /// <summary>Changes the schema if it belongs to a request body.</summary>
    public void Process(SchemaProcessorContext context)
    {
        if (!context.ContextualType.Type.IsSubclassOf(typeof(BodyRequest)))
        {
            return;
        }

        foreach (var property in context.ContextualType.Type.GetProperties())
        {
            var name = JsonNames.Of(property);
            if (!context.Schema.Properties.TryGetValue(name, out var schema))
            {
                continue;
            }

            var isAlias = name.StartsWith('_');
            if (property.IsDefined(typeof(UndocumentedAttribute)) || (isAlias && !hasAliases))
            {
                context.Schema.Properties.Remove(name);
            }

            schema.IsWriteOnly = isAlias;
            SetLimit(schema, property.GetCustomAttribute<MaxLengthAttribute>()?.Length);
            // The compiler puts the attribute of the property on the parameter of its setter.
            var setter = property.SetMethod!.GetParameters()[0];
            schema.IsNullableRaw = property.PropertyType == typeof(Optional<string?>)
                ? !setter.IsDefined(typeof(DisallowNullAttribute))
                : setter.IsDefined(typeof(AllowNullAttribute));
            if (property.GetCustomAttribute<DataTypeAttribute>()?.DataType == DataType.Text)
            {
                // A list of texts, not of ids.
                schema.Item!.Format = null;
            }
        }

        context.Schema.AllowAdditionalProperties = false;
    }

    private static void SetLimit(JsonSchemaProperty schema, int? limit)
    {
        if (schema.Type == JsonObjectType.Array)
        {
            schema.MaxItems = limit ?? 0;
        }
        else
        {
            schema.MaxLength = limit;
        }
    }
}
