using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>The document about a run. Numbers get into it from nowhere else.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Writes the document, and the plots and the data into a folder of its name beside it.</summary>
    public static void Write(string path, Measurements results)
    {
        var folder = Path.ChangeExtension(path, null);
        var plots = Plots.Draw(folder, results.Growth);
        File.WriteAllText(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(results, Json) + "\n");
        File.WriteAllText(path, Compose(results, Path.GetFileName(folder), plots));
    }

    private static string Compose(Measurements results, string folder, IReadOnlyList<(string File, string Title)> plots)
    {
        var machine = results.Machine;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            # Performance

            Written by `dotnet run -c Release --project bench` on {results.At:yyyy-MM-dd}; not to be edited. [CONTRIBUTING](../CONTRIBUTING.md#measure)
            says when to run it again. The data: [results.json]({folder}/results.json).

            ## What is measured

            - **service**: as the image has it, published in Release and compiled ahead, in Production, with an API key, audit on, no rate limit,
              log level Warning.
            - **floor**: a minimal API with hand-written SQL over Npgsql and source-generated JSON, on the same database in the same run
              ([bench/Floor](../bench/Floor)). It checks the key, tells the audit's triggers the same, and its answers
              are the same to the byte, which is checked before each run. It sends one statement a request, while the service reads users and groups
              that are asked for by id at the same time [together](decisions/0013-lookups-together.md): what frameworks cost there is said by CPU, not
              by the ratio.
            - **limit**: the floor's statements sent by `pgbench` (prepared, at most 40 connections, as the pools have), with nothing above them.

            Load comes from `wrk` with one thread, random ids for each request, new e-mail addresses and new values for each write. Service and floor
            take turns, {results.Rounds} rounds of runs of {results.Seconds} s, the first of one round being the second of the next; a ratio is the median of the rounds' ratios, everything
            else the median of the rounds. CPU is the processor's time (user and system) for a request: of the process, and of all of PostgreSQL's. A
            refused or lost request ends the run.

            The users have names of tens of thousands, nearly all are viewers, and three groups each. One user in a hundred makes a group; one group
            has a tenth of all users, one has ten, the others about 300. The same users, groups and memberships are made each time.

            Everything (load, service, database) shares one machine: {machine.Processor}, {machine.Processors} processors, {machine.Memory.Show("0")} GiB, {machine.System},
            {machine.Runtime}, {machine.Database}. Its load average before the run was
            {machine.LoadBefore.Show("0.0")}; where that is not well below 1, others were at work, and the figures say little. Ratios and CPU time carry over to
            other machines better than rates do.

            ## Targets

            Comparisons are those with {results.Users.Show()} users and {results.Comparisons[0].Connections} connections.

            {Figures.Of(Verdict.Of(results))}

            """);
        foreach (var group in results.Comparisons.GroupBy(comparison => comparison.Connections))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Service and floor: {results.Users.Show()} users, {(group.Key == 1 ? "1 connection" : $"{group.Key} connections")}

                {Figures.Of(group)}
                The limit, by `pgbench`:

                {Figures.Of(results.Limits.Where(limit => limit.Connections == group.Key))}
                """);
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"""

            ## Start and memory

            {Figures.Of(results.Service, results.Floor)}
            """);
        if (results.Growth.Count > 0)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Growth

                The service alone, one connection, all sizes taking turns. p50 in milliseconds:

                {Figures.Of(results.Growth, load => load.P50, "0.00")}
                PostgreSQL's CPU time for a request, in microseconds:

                {Figures.Of(results.Growth, load => load.DatabaseMicros, "0")}

                """);
            text.AppendJoin("\n", plots.Select(plot => $"![{plot.Title}: p50 against the number of users]({folder}/{plot.File})\n"));
        }

        if (results.Import is not null)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Import

                `import users.csv` with new users of the columns `email`, `first_name`, `last_name` and `role`, into an empty workspace, from the start of the
                program to its end; and a bare binary COPY of the same rows into the same table, with its indexes and triggers, in turns with it. The
                median of {results.Rounds} rounds.

                {Figures.Of(results.Import)}
                """);
        }

        return text.ToString();
    }

    private static string Show(this int number) => ((double)number).Show("#,0");
}
