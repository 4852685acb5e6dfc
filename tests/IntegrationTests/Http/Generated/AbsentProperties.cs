using System.Text.Json;
using System.Text.Json.Serialization;

namespace CleanWorkspace.IntegrationTests.Http.Generated;

// Absent and null are not the same to a PATCH, so a generated client has to leave out what its caller did not set.

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
