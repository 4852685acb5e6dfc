using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Transfers;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;
using NSwag;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>Sets up the OpenAPI 3 document (by NSwag) and the page that shows it.</summary>
internal static class OpenApiSetup
{
    /// <summary>The path of the page.</summary>
    public const string UiPath = "/swagger";

    /// <summary>The name of the document.</summary>
    public const string DocumentName = "v1";

    /// <summary>The path of the document. The page expects it there.</summary>
    public const string DocumentPath = $"{UiPath}/{DocumentName}/swagger.json";

    // The page has inline scripts and inline images. It may load documents from this service only, even if its URL names another one.
    private const string UiPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // NSwag would write "guid", which is not in the registry of OpenAPI formats.
    private const string UuidFormat = "uuid";

    /// <summary>Adds the generation of the document.</summary>
    public static IServiceCollection AddApiDescription(this IServiceCollection services) =>
        services.AddSingleton<ApiDescription>().AddOpenApiDocument(settings =>
        {
            settings.DocumentName = DocumentName;
            settings.Title = "CleanWorkspace";
            settings.Version = "1";
            settings.Description =
                "A directory of users and user groups. Every path also works below /api/v1 and with a trailing slash.";
            settings.UseRouteNameAsOperationId = true;

            settings.AddSecurity("bearer", [], new OpenApiSecurityScheme
            {
                Type = OpenApiSecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, or a token of the configured issuer.",
            });

            settings.SchemaSettings.FlattenInheritanceHierarchy = true;
            // Later versions may add properties to answers, and clients must accept them.
            settings.SchemaSettings.AlwaysAllowAdditionalObjectProperties = true;
            settings.SchemaSettings.TypeMappers.Add(new PrimitiveTypeMapper(typeof(Guid), schema =>
            {
                schema.Type = JsonObjectType.String;
                schema.Format = UuidFormat;
            }));
            foreach (var mapper in QueryValueTypeMapper.CreateAll())
            {
                settings.SchemaSettings.TypeMappers.Add(mapper);
            }

            settings.SchemaSettings.TypeMappers.Add(new PrimitiveTypeMapper(
                typeof(Optional<string?>), schema => schema.Type = JsonObjectType.String));
            settings.SchemaSettings.TypeMappers.Add(new PrimitiveTypeMapper(typeof(Optional<IReadOnlyList<string?>?>), schema =>
            {
                schema.Type = JsonObjectType.Array;
                schema.Item = new JsonSchema { Type = JsonObjectType.String, Format = UuidFormat };
            }));
            settings.SchemaSettings.TypeMappers.Add(new PrimitiveTypeMapper(typeof(ImportFile), schema =>
            {
                schema.Type = JsonObjectType.String;
                schema.Format = JsonFormatStrings.Binary;
            }));
            settings.SchemaSettings.SchemaProcessors.Add(new RequestSchemaProcessor());
            settings.OperationProcessors.Add(new ResponseOperationProcessor());
            settings.OperationProcessors.Add(new ImportOperationProcessor());
        });

    /// <summary>Serves the page. The document is an endpoint.</summary>
    public static void UseApiDescription(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(UiPath), description =>
        {
            description.Use((context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy = UiPolicy;
                return next(context);
            });
            description.UseSwaggerUi(settings =>
            {
                settings.Path = UiPath;
                settings.DocExpansion = "list";
            });
        });
}
