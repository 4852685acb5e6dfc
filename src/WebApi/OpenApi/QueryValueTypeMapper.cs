using CleanWorkspace.WebApi.Requests;
using Microsoft.AspNetCore.Mvc;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>
/// Describes a query parameter with its own syntax as a string. <see cref="ParameterOperationProcessor"/> adds the rest, because it
/// knows the parameter.
/// </summary>
internal sealed class QueryValueTypeMapper(Type type) : ITypeMapper
{
    public Type MappedType => type;

    public bool UseReference => false;

    /// <summary>Creates a mapper for each such type in the parameters of the operations.</summary>
    public static IEnumerable<ITypeMapper> CreateAll() =>
        typeof(QueryValueTypeMapper).Assembly.GetTypes()
            .Where(controller => controller.IsSubclassOf(typeof(ControllerBase)))
            .SelectMany(controller => controller.GetMethods())
            .SelectMany(action => action.GetParameters())
            .Select(parameter => parameter.ParameterType)
            .SelectMany(parameter => parameter.GetProperties().Select(property => property.PropertyType).Prepend(parameter))
            .Where(QueryValues.Is)
            .Distinct()
            .Select(type => new QueryValueTypeMapper(type));

    public void GenerateSchema(JsonSchema schema, TypeMapperContext context) => schema.Type = JsonObjectType.String;
}
