using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.AuditEntries;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;
using CleanWorkspace.Application.UserGroups;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Values;
using CleanWorkspace.WebApi.Transfers;
using NJsonSchema;
using NJsonSchema.Generation.TypeMappers;
using NSwag;

namespace CleanWorkspace.WebApi.OpenApi;

/// <summary>The API's description (OpenAPI 3, by NSwag) and the page that shows it.</summary>
internal static class OpenApiSetup
{
    public const string UiPath = "/swagger";

    // The page has its settings in a script of its own and its pictures in its styles. It may ask this service alone,
    // whatever description its address names.
    private const string UiPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Parameters that are text with a form of its own.
    private static readonly ITypeMapper[] TextParameters =
    [
        Text<Cursor>(),
        Text<Fields<UserResponse>>(),
        Text<Fields<UserGroupResponse>>(),
        Text<Fields<ApiKeyResponse>>(),
        Text<Fields<AuditEntryResponse>>(),
        Text<Sort<UserKey>>(),
        Text<Sort<UserGroupKey>>(),
        Text<FileFormat>(),
    ];

    // NSwag's own word, "guid", is not in OpenAPI's registry of formats.
    private const string UuidFormat = "uuid";

    public static IServiceCollection AddApiDescription(this IServiceCollection services) =>
        services.AddOpenApiDocument(settings =>
        {
            settings.DocumentName = "v1";
            settings.Title = "CleanWorkspace";
            settings.Version = "1";
            settings.Description =
                "The directory of a workspace's users and user groups. Every path also answers below /api/v1 and with a trailing slash.";
            settings.UseRouteNameAsOperationId = true;

            settings.AddSecurity("bearer", [], new OpenApiSecurityScheme
            {
                Type = OpenApiSecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, or a token of the configured issuer.",
            });

            settings.SchemaSettings.FlattenInheritanceHierarchy = true;
            // Answers may gain properties one day, and clients of today must bear that.
            settings.SchemaSettings.AlwaysAllowAdditionalObjectProperties = true;
            settings.SchemaSettings.TypeMappers.Add(new PrimitiveTypeMapper(typeof(Guid), schema =>
            {
                schema.Type = JsonObjectType.String;
                schema.Format = UuidFormat;
            }));
            foreach (var mapper in TextParameters)
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
            settings.SchemaSettings.TypeMappers.Add(new PrimitiveTypeMapper(typeof(IAsyncEnumerable<ImportRow>), schema =>
            {
                schema.Type = JsonObjectType.String;
                schema.Format = JsonFormatStrings.Binary;
            }));
            settings.SchemaSettings.SchemaProcessors.Add(new RequestSchemaProcessor());
            settings.OperationProcessors.Add(new ResponseOperationProcessor());
            settings.OperationProcessors.Add(new ImportOperationProcessor());
        });

    private static PrimitiveTypeMapper Text<T>()
        where T : class, IQueryValue<T> => new(typeof(T), schema =>
        {
            schema.Type = JsonObjectType.String;
            schema.Description = $"Given {T.Form}.";
        });

    public static void UseApiDescription(this IApplicationBuilder app) =>
        app.UseWhen(context => context.Request.Path.StartsWithSegments(UiPath), description =>
        {
            description.Use((context, next) =>
            {
                context.Response.Headers.ContentSecurityPolicy = UiPolicy;
                return next(context);
            });
            description.UseOpenApi();
            description.UseSwaggerUi(settings =>
            {
                settings.Path = UiPath;
                settings.DocExpansion = "list";
            });
        });
}
