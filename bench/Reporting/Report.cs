using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CleanWorkspace.Benchmarks.Reporting;

/// <summary>Writes the report about a run. All its numbers are measured.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Writes the report, and its data and plots into a folder of the same name.</summary>
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
            # Benchmark

            `dotnet run -c Release --project bench` wrote this page on {results.At:yyyy-MM-dd}. Do not edit it.
            [CONTRIBUTING](../../CONTRIBUTING.md#measure) says when to run the benchmark. The data are in
            [results.json]({folder}/results.json).

            ## Method

            - **Service**: the published program (Release, compiled ahead of time) in the environment Production. It checks an API key and
              writes the audit. It has no rate limit. Its log level is Warning.
            - **Floor**: a minimal API with hand-written SQL and generated JSON code ([bench/Floor](../../bench/Floor)). It uses the same
              database in the same run. It checks the API key and has the same audit. The benchmark first checks that service and floor
              give the same answers.
            - **Limit**: `pgbench` sends the statements of the floor. They are prepared. There are at most 40 connections, as in the
              connection pools of service and floor.

            The floor sends one statement per request. The service reads users and groups by id in
            [shared statements](../decisions/0013-lookups-together.md). For these operations the CPU times show the cost of the frameworks,
            not the ratio.

            `wrk` sends the requests from one thread. Each request has a random id, and each write has new values. A refused or lost request
            ends the benchmark.

            Service and floor take turns, in {results.Rounds} rounds with runs of {results.Seconds} s. The order changes with each round.
            A ratio is the median of the ratios of the rounds. Every other figure is the median of the rounds. "CPU" is the processor time
            of the program per request, in user and system mode. "Database" is the same for all processes of PostgreSQL.

            ## Data

            Each run creates the same users, groups and memberships. Names are random syllables. Nearly all users are viewers, and each
            user has three groups. There is one group per hundred users. The big group has a tenth of all users, the small group has ten
            users, and every other group has about 300.

            ## Machine

            | part                    | value |
            | ----------------------- | ----- |
            | processor               | {machine.Processor}, {machine.Processors} logical processors |
            | memory                  | {machine.Memory.Show("0")} GiB |
            | operating system        | {machine.System} |
            | .NET                    | {machine.Runtime} |
            | database                | {machine.Database} |
            | load average before run | {machine.LoadBefore.Show("0.0")} |

            Load, service and database share this machine. A load average that is not well below 1 means that other programs were running.
            Then the figures are not reliable. Ratios and CPU times can be compared with other machines better than rates.

            ## Targets

            Comparisons are with {results.Users.Show()} users and {results.Comparisons[0].Connections} connections.

            {ResultTables.Of(TargetResult.Of(results))}

            """);
        foreach (var group in results.Comparisons.GroupBy(comparison => comparison.Connections))
        {
            var connections = group.Key == 1 ? "1 connection" : $"{group.Key} connections";
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Service and floor: {results.Users.Show()} users, {connections}

                {ResultTables.Of(group)}
                The limit:

                {ResultTables.Of(results.Limits.Where(limit => limit.Connections == group.Key))}
                """);
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"""

            ## Start and memory

            {ResultTables.Of(results.Service, results.Floor)}
            """);
        if (results.Growth.Count > 0)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Growth

                The service alone, with one connection. All sizes take turns. p50 in milliseconds:

                {ResultTables.Of(results.Growth, load => load.P50, "0.00")}
                PostgreSQL's CPU time per request in microseconds:

                {ResultTables.Of(results.Growth, load => load.DatabaseMicros, "0")}

                """);
            text.AppendJoin("\n", plots.Select(plot => $"![{plot.Title}: p50 by the number of users]({folder}/{plot.File})\n"));
        }

        if (results.Import is not null)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Import

                `import users.csv` adds new users to an empty workspace. The file has the columns `email`, `first_name`, `last_name` and
                `role`. The time is from the start of the program to its end. A binary `COPY` of the same rows into the same table, with
                indexes and triggers, takes turns with it. All figures are medians of {results.Rounds} rounds.

                {ResultTables.Of(results.Import)}
                """);
        }

        if (results.Feed is not null)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Feed of events

                A follower reads events that are each a write of their own, in pages of 1,000. The time of an event at many followers is
                from the start of its write. They follow one instance by server-sent events, on this machine.

                {ResultTables.Of(results.Feed)}
                """);
        }

        if (results.Metrics is not null)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"""

                ## Metrics

                A read by id, by turns on a service with a port for Prometheus and on one without. Nothing reads the port meanwhile.

                {ResultTables.Of(results.Metrics)}
                """);
        }

        return text.ToString();
    }

    private static string Show(this int number) => ((double)number).Show("#,0");
}
