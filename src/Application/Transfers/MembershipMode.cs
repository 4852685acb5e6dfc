namespace CleanWorkspace.Application.Transfers;

/// <summary>The effect of the groups in a row on the present groups of the user.</summary>
public enum MembershipMode
{
    /// <summary>The user is in these groups and in no others.</summary>
    Replace,

    /// <summary>The user joins these groups and leaves none.</summary>
    Add,
}
