using System.Globalization;
using System.Text;
using Spectre.Console;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>Where a command is seen: a terminal, or a file or pipe in its place.</summary>
internal static class Terminal
{
    // Wider than any line, lest one is broken where nobody looks at it.
    private const int UnlimitedWidth = 100_000;

    public static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>Whether progress can be drawn over and over again in one place.</summary>
    public static bool CanRedraw { get; } = !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    /// <summary>Text of people's files, in which nothing can steer the terminal or turn its neighbours round.</summary>
    public static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isSeen = Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            visible.Append(isSeen ? $"{rune}" : string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"));
        }

        return visible.ToString();
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            // Nobody is asked anything, so it makes no difference where the input comes from.
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Yes,
        });
        if (isRedirected)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        return console;
    }
}
