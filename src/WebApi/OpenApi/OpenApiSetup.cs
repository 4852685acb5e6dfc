using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Hosting;
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

    private const string DocumentName = "v1";

    // The page has inline scripts and inline images. It may load documents from this service only, even if its URL names another one.
    private const string UiPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // NSwag would write "guid", which is not in the registry of OpenAPI formats.
    private const string UuidFormat = "uuid";

    /// <summary>The names of the documents.</summary>
    public static IReadOnlyList<string> DocumentNames { get; } = [DocumentName, $"{DocumentName}-without-aliases"];

    /// <summary>The path of a document. The page expects it there.</summary>
    public static string PathOf(string documentName) => $"{UiPath}/{documentName}/swagger.json";

    /// <summary>Whether the documents and the page are served.</summary>
    public static bool IsServed(IConfiguration configuration) => configuration.FlagOf("Swagger:Enabled", true);

    /// <summary>Adds the generation of the documents.</summary>
    /// <remarks>
    /// The second document lacks the aliases of properties. It is for generators that make the same name of <c>role</c> and
    /// <c>_role</c>.
    /// </remarks>
    public static IServiceCollection AddApiDescription(this IServiceCollection services) =>
        DocumentNames
            .Aggregate(services, (all, name) => all.AddDocument(name, hasAliases: name == DocumentName))
            .AddSingleton<ApiDescription>();

    private static IServiceCollection AddDocument(this IServiceCollection services, string name, bool hasAliases) =>
        services.AddOpenApiDocument(settings =>
        {
            settings.DocumentName = name;
            settings.Title = "CleanWorkspace";
            settings.Version = "1";
            settings.Description =
                "A directory of users and user groups. Every path also works below /api/v1 and with a trailing slash.";
            settings.UseRouteNameAsOperationId = true;
            settings.PostProcess = document =>
            {
                document.Info.Contact = new OpenApiContact { Name = "CleanWorkspace contributors" };
                document.Info.License = new OpenApiLicense { Name = "MIT", Url = "https://spdx.org/licenses/MIT.html" };
            };

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
            settings.SchemaSettings.SchemaProcessors.Add(new RequestSchemaProcessor(hasAliases));
            settings.OperationProcessors.Add(new ParameterOperationProcessor());
            settings.OperationProcessors.Add(new PatchOperationProcessor());
            settings.OperationProcessors.Add(new ResponseOperationProcessor());
            settings.OperationProcessors.Add(new ImportOperationProcessor());
            settings.OperationProcessors.Add(new EventOperationProcessor());
            settings.OperationProcessors.Add(new AccessOperationProcessor());
            settings.DocumentProcessors.Add(new DirectoryDocumentProcessor());
        });

    /// <summary>Serves the page. The document is an endpoint.</summary>
    public static void UseApiDescription(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(UiPath), description =>
        {
            description.Use((context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy = UiPolicy;
                // The tags of compressed files are weak, but the framework compares strongly here (not as RFC 9110, section 13.1.2, says).
                if (context.Request.Headers.IfNoneMatch is { Count: > 0 } known)
                {
                    context.Request.Headers.IfNoneMatch = $"{known}".Replace("W/", "", StringComparison.Ordinal);
                }

                return next(context);
            });
            description.UseSwaggerUi(settings =>
            {
                settings.Path = UiPath;
                settings.DocExpansion = "list";
            });
        });
}
