using System.Reflection;
using System.Text.RegularExpressions;

namespace CleanWorkspace.IntegrationTests.Hosting;

/// <summary>The error codes of <c>docs/errors.md</c>.</summary>
internal static partial class ErrorCodes
{
    /// <summary>The codes in the columns <c>code</c> of the tables.</summary>
    public static IReadOnlySet<string> Documented { get; } = Rows().Matches(File.ReadAllText(Path()))
        .SelectMany(row => Codes().Matches(row.Value).Select(code => code.Groups[1].Value))
        .ToHashSet();

    private static string Path() => System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(typeof(ErrorCodes).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == "ApiDescription").Value!)!,
        "errors.md");

    // The first cell of a row, or the second one after a status.
    [GeneratedRegex(@"^\|( \d{3} \|)?[^|]+\|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Codes();
}
