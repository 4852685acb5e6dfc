using System.Diagnostics.CodeAnalysis;
using CleanWorkspace.Application.Lists;
using CleanWorkspace.Application.Transfers;

namespace CleanWorkspace.WebApi.Transfers;

/// <summary>The query parameter and the command line option for a <see cref="MembershipMode"/>.</summary>
/// <param name="Mode">The mode.</param>
public sealed record MembershipParameter(MembershipMode Mode) : IQueryValue<MembershipParameter>
{
    private static readonly Dictionary<string, MembershipMode> Modes = new()
    {
        ["replace"] = MembershipMode.Replace,
        ["add"] = MembershipMode.Add,
    };

    /// <inheritdoc/>
    public static string Code => "invalid_membership_mode";

    /// <inheritdoc/>
    public static string Form => $"as one of {string.Join(", ", Names)}";

    /// <summary>All values. The first is the default.</summary>
    internal static string[] Names => [.. Modes.Keys];

    /// <summary>Parses a value, in lower case.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out MembershipParameter? value)
    {
        value = text is not null && Modes.TryGetValue(text, out var mode) ? new MembershipParameter(mode) : null;
        return value is not null;
    }

    /// <summary>Returns the mode of the parameter; the default if the parameter is absent.</summary>
    internal static MembershipMode ModeOf(MembershipParameter? parameter) => parameter?.Mode ?? default;

    /// <summary>Returns the mode of a value; the default if the value is null.</summary>
    internal static MembershipMode ModeOf(string? text) => text is null ? default : Modes[text];
}
