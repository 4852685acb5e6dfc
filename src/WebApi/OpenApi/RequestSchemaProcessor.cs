using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using NJsonSchema.Generation;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>
/// Completes the schemas of request bodies: other properties are refused, <c>_role</c> is write-only, and properties for old clients
/// are hidden.
/// </summary>
internal sealed class RequestSchemaProcessor : ISchemaProcessor
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

            if (property.IsDefined(typeof(UndocumentedAttribute)))
            {
                context.Schema.Properties.Remove(name);
            }

            schema.IsWriteOnly = name.StartsWith('_');
            // The compiler puts the attribute of the property on the parameter of its setter.
            schema.IsNullableRaw = property.PropertyType == typeof(Optional<string?>)
                && !property.SetMethod!.GetParameters()[0].IsDefined(typeof(DisallowNullAttribute));
        }

        context.Schema.AllowAdditionalProperties = false;
    }
}
