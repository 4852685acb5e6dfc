using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CleanWorkspace.Application;

/// <summary>The JSON settings of the service's answers and of the messages of webhooks.</summary>
public static class WorkspaceJson
{
    /// <summary>The settings. They cannot be changed.</summary>
    public static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>Applies the settings.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { SelectFields } };
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new Rfc3339Converter());
        // Answers never become part of an HTML page, so letters need no escapes. Characters beyond the BMP still get one.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly();
        return options;
    }

    private static void SelectFields(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(IPartial)))
        {
            return;
        }

        foreach (var property in type.Properties)
        {
            var name = property.Name;
            var isShown = property.ShouldSerialize;
            property.ShouldSerialize = (row, value) =>
                (((IPartial)row).Shown is { AreAll: true } || ((IPartial)row).Shown.Has(name)) && isShown?.Invoke(row, value) != false;
        }
    }
}
