using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;
using CleanWorkspace.Domain.Users;

namespace CleanWorkspace.UnitTests.Application.Requests;

public sealed class RequestFaultsBehaviorTests
{
    private static readonly UsersCreateNewUserRequest Valid = new() { FirstName = "Ada" };

    [Fact]
    public async Task A_valid_request_reaches_its_handler()
    {
        var response = await UseCases.SendAsync(new UnreachableDatabase { CreateUser = Respond }, Valid);

        Assert.Equal("Ada", response.FirstName);
    }

    [Fact]
    public async Task Faults_of_the_JSON_and_of_the_values_are_reported_together()
    {
        var unknown = new RequestFault("unknown_property", "Unknown property.", "/nickname");
        var request = Valid with { Email = "ada", Role = "owner", ReadingFaults = [unknown] };

        var exception = await Assert.ThrowsAsync<Failure>(() => UseCases.SendAsync(new UnreachableDatabase(), request));

        Assert.Same(unknown, exception.Faults[0]);
        Assert.Equal(
            ["/nickname: unknown_property", "/email: invalid_email", "/role: invalid_role"],
            exception.Faults.Select(fault => $"{fault.Pointer}: {fault.Code}"));
        Assert.All(exception.Faults, fault => Assert.Null(fault.Parameter));
    }

    [Fact]
    public async Task An_empty_request_is_a_fault_of_the_whole_body()
    {
        var exception = await Assert.ThrowsAsync<Failure>(
            () => UseCases.SendAsync(new UnreachableDatabase(), new UsersCreateNewUserRequest()));

        var fault = Assert.Single(exception.Faults);
        Assert.Equal("nothing_given", fault.Code);
        Assert.Equal("", fault.Pointer);
    }

    [Fact]
    public async Task A_broken_constraint_is_reported_without_a_second_write()
    {
        var writes = 0;
        var db = new UnreachableDatabase
        {
            CreateUser = _ =>
            {
                writes++;
                throw Failure.BrokenReference(RequestFault.EmailTaken, new InvalidOperationException());
            },
        };

        var exception = await Assert.ThrowsAsync<Failure>(() => UseCases.SendAsync(db, Valid));

        Assert.Equal([RequestFault.EmailTaken], exception.Faults);
        Assert.Equal(1, writes);
    }

    private static UserResponse Respond(User user) => new()
    {
        Id = user.Id,
        FirstName = user.FirstName,
        LastName = user.LastName,
        Email = user.Email,
        Role = user.Role,
        UserGroups = user.UserGroups,
        CreatedAt = user.CreatedAt,
        UpdatedAt = user.UpdatedAt,
    };
}
