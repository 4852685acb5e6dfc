namespace CleanWorkspace.WebApi.Hosting;

/// <summary>What the program can be asked to do on its command line.</summary>
internal static class Usage
{
    public const string Text =
        """
        CleanWorkspace: the directory of a workspace's users and user groups.

          (nothing)     serve the API; settings come from the environment, see README.md
          migrate       bring the database's schema up to date and end
          healthcheck   ask the service on this machine whether it is ready; exit code 0 if so
          help          say this
        """;

    /// <summary>Whether the first argument is a word that is no command; settings begin with a dash.</summary>
    public static bool IsUnknownCommand(string[] args) =>
        args is [var word, ..] && word is not ("migrate" or "healthcheck") && !word.StartsWith('-');
}
