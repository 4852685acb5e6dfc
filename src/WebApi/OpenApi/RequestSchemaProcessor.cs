using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Domain.Values;
using NJsonSchema.Generation;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>
/// Makes the schemas of request bodies say what the service holds them to: no other properties, <c>_role</c> only on the
/// way in, and nothing of what is accepted for old clients' sake alone.
/// </summary>
internal sealed class RequestSchemaProcessor : ISchemaProcessor
{
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
            // The compiler puts the attribute of a property on the value that its setter takes.
            schema.IsNullableRaw = property.PropertyType == typeof(Optional<string?>)
                && !property.SetMethod!.GetParameters()[0].IsDefined(typeof(DisallowNullAttribute));
        }

        context.Schema.AllowAdditionalProperties = false;
    }
}
