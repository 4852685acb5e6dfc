using CleanWorkspace.Application.Common;
using CleanWorkspace.Application.Users;

namespace CleanWorkspace.UnitTests.Application.Common;

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

        var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => UseCases.SendAsync(new UnreachableDatabase(), request));

        Assert.Same(unknown, exception.Faults[0]);
        Assert.Equal(
            ["/nickname: unknown_property", "/email: invalid_email", "/role: invalid_role"],
            exception.Faults.Select(fault => $"{fault.Pointer}: {fault.Code}"));
        Assert.All(exception.Faults, fault => Assert.Null(fault.Parameter));
    }

    [Fact]
    public async Task A_request_that_describes_nothing_is_reported_of_the_body_as_a_whole()
    {
        var exception = await Assert.ThrowsAsync<InvalidRequestException>(
            () => UseCases.SendAsync(new UnreachableDatabase(), new UsersCreateNewUserRequest()));

        var fault = Assert.Single(exception.Faults);
        Assert.Equal("nothing_given", fault.Code);
        Assert.Equal("", fault.Pointer);
    }

    [Fact]
    public async Task A_write_that_broke_a_constraint_for_no_reason_that_is_left_is_tried_again()
    {
        var writes = 0;
        var db = new UnreachableDatabase
        {
            CreateUser = user => ++writes < 3 ? throw new ConstraintViolationException("ux", new InvalidOperationException()) : user,
        };

        await UseCases.SendAsync(db, Valid);

        Assert.Equal(3, writes);
    }

    [Fact]
    public async Task It_is_not_tried_again_for_ever()
    {
        var writes = 0;
        var db = new UnreachableDatabase
        {
            CreateUser = _ =>
            {
                writes++;
                throw new ConstraintViolationException("ux", new InvalidOperationException());
            },
        };

        await Assert.ThrowsAsync<ConstraintViolationException>(() => UseCases.SendAsync(db, Valid));

        Assert.Equal(3, writes);
    }
}
