using CleanWorkspace.Application.ApiKeys;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Lists;

public sealed class FieldsTests
{
    [Fact]
    public void What_is_named_is_shown_however_often_and_nothing_else()
    {
        Assert.True(Fields<UserResponse>.TryParse("email,id,email", out var fields));

        Assert.Equal((true, true, false, false), (fields.Has("id"), fields.Has("email"), fields.Has("role"), fields.AreAll));
        Assert.True(Fields<UserResponse>.All.AreAll);
        Assert.False(Fields<UserResponse>.None.Has("id"));
    }

    [Fact]
    public void All_names_are_the_same_as_none()
    {
        Assert.True(Fields<UserResponse>.TryParse("id,first_name,last_name,email,role,user_groups,created_at,updated_at", out var fields));

        Assert.True(fields.AreAll);
    }

    [Fact]
    public void The_token_of_a_key_cannot_be_chosen_and_is_shown_where_it_is()
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
    public void Anything_else_is_none(string? text) => Assert.False(Fields<UserResponse>.TryParse(text, out _));
}
