using CleanWorkspace.Application;
using CleanWorkspace.Application.Requests;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Requests;

public sealed class RequestFaultsBehaviorTests
{
    private static readonly UsersCreateNewUserRequest Valid = new() { FirstName = "Ada" };

    [Fact]
    public async Task A_valid_request_is_carried_out()
    {
        var response = await UseCases.SendAsync(new UnreachableDatabase { CreateUser = user => user }, Valid);

        Assert.Equal("Ada", response.FirstName);
    }

    [Fact]
    public async Task Faults_of_reading_and_of_the_values_are_reported_together_and_nothing_is_written()
    {
        var unknown = new RequestFault("unknown_property", "There is no such property here.", "/nickname");
        var request = Valid with { Email = "ada", Role = "owner", ReadingFaults = [unknown] };

        var exception = await Assert.ThrowsAsync<Failure>(() => UseCases.SendAsync(new UnreachableDatabase(), request));

        Assert.Same(unknown, exception.Faults[0]);
        Assert.Equal(
            ["/nickname: unknown_property", "/email: invalid_email", "/role: invalid_role"],
            exception.Faults.Select(fault => $"{fault.Pointer}: {fault.Code}"));
        Assert.All(exception.Faults, fault => Assert.Null(fault.Parameter));
    }

    [Fact]
    public async Task A_request_that_describes_nothing_is_reported_of_the_body_as_a_whole()
    {
        var exception = await Assert.ThrowsAsync<Failure>(
            () => UseCases.SendAsync(new UnreachableDatabase(), new UsersCreateNewUserRequest()));

        var fault = Assert.Single(exception.Faults);
        Assert.Equal("nothing_given", fault.Code);
        Assert.Equal("", fault.Pointer);
    }

    [Fact]
    public async Task A_constraint_that_a_write_broke_for_a_reason_that_is_gone_already_is_reported_all_the_same()
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
}
