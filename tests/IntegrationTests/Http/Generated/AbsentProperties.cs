using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.IntegrationTests.Http.Generated.SystemTextJson;

// A PATCH treats an absent property and null differently, so a generated client must leave out properties without a value. With
// Newtonsoft.Json it does so anyway.

public partial class UsersClient
{
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
}

public partial class UserGroupsClient
{
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
}
