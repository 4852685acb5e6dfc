using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class FieldsTests
{
    [Fact]
    public void Only_named_fields_are_shown_and_repeated_names_count_once()
    {
        Assert.True(Fields<UserResponse>.TryParse("email,id,email", out var fields));

        Assert.Equal((true, true, false, false), (fields.Has("id"), fields.Has("email"), fields.Has("role"), fields.AreAll));
        Assert.True(Fields<UserResponse>.All.AreAll);
        Assert.False(Fields<UserResponse>.None.Has("id"));
    }

    [Fact]
    public void Naming_every_field_equals_naming_none()
    {
        Assert.True(Fields<UserResponse>.TryParse("id,first_name,last_name,email,role,user_groups,created_at,updated_at", out var fields));

        Assert.True(fields.AreAll);
    }

    [Fact]
    public void The_token_of_a_key_cannot_be_chosen_and_is_never_hidden()
    {
        Assert.False(Fields<ApiKeyResponse>.TryParse("token", out _));
        Assert.True(Fields<ApiKeyResponse>.None.Has("token"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("id,")]
    [InlineData("id, role")]
    [InlineData("Id")]
    [InlineData("version")]
    public void Unknown_and_malformed_names_are_refused(string? text) => Assert.False(Fields<UserResponse>.TryParse(text, out _));
}
