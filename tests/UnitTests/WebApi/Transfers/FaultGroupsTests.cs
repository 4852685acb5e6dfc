using CleanWorkspace.Application.Transfers;
using CleanWorkspace.WebApi.Transfers;

namespace CleanWorkspace.UnitTests.WebApi.Transfers;

public sealed class FaultGroupsTests
{
    [Fact]
    public void Equal_faults_are_one_group_with_the_number_of_rows_and_the_first_lines()
    {
        var faults = new FaultGroups();
        faults.Add(new ImportRefusal(2, "email", "invalid_email", "Wrong."));
        for (var line = 3; line < 5_003; line++)
        {
            faults.Add(new ImportRefusal(line, "user_groups", "unknown_user_group", $"No {line % 2}."));
            faults.Add(new ImportRefusal(line, "user_groups", "unknown_user_group", "No 2."));
        }

        var groups = faults.ToList();

        Assert.Equal(10_001, faults.Count);
        Assert.Equal(["unknown_user_group 5000", "invalid_email 1"], groups.Select(group => $"{group.Code} {group.Rows}"));
        Assert.Equal(Enumerable.Range(3, 10).Select(line => (long)line), groups[0].Lines);
        Assert.Equal(["No 1.", "No 2.", "No 0."], groups[0].Details);
    }

    [Fact]
    public void The_number_of_groups_and_sentences_is_limited()
    {
        var faults = new FaultGroups();
        for (var line = 1; line <= 10_000; line++)
        {
            faults.Add(new ImportRefusal(line, $"property{line}", "unknown_property", $"Unknown {line}."));
        }

        var groups = faults.ToList();

        Assert.Equal(101, groups.Count);
        Assert.Equal((null, 9_900L, 10, 5), (groups[0].Column, groups[0].Rows, groups[0].Lines.Count, groups[0].Details.Count));
        Assert.Equal(10_000, groups.Sum(group => group.Rows));
    }
}
