using System.Globalization;
using System.Text;
using Spectre.Console;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>The output of a command: a terminal, a file or a pipe.</summary>
internal static class Terminal
{
    // Wider than any line, so that lines in files and pipes do not wrap.
    private const int UnlimitedWidth = 100_000;

    /// <summary>The standard output.</summary>
    public static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>The standard error.</summary>
    public static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>True if progress can be redrawn in place.</summary>
    public static bool CanRedraw { get; } = !Console.IsErrorRedirected && Error.Profile.Capabilities.Ansi;

    /// <summary>Escapes characters that control the terminal or change the direction of text.</summary>
    public static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isVisible = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            visible.Append(isVisible ? $"{rune}" : string.Create(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"));
        }

        return visible.ToString();
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            // Commands ask no questions, so the source of the input does not matter.
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Yes,
        });
        if (isRedirected)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        return console;
    }
}
