using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CleanWorkspace.Infrastructure.Database;
using CleanWorkspace.WebApi.Authentication;
using CleanWorkspace.WebApi.Hosting;
using CleanWorkspace.WebApi.Telemetry;

namespace CleanWorkspace.WebApi.Commands;

/// <summary>
/// The command <c>doctor</c>: checks settings, certificates and database, and says what to do. It changes nothing. The exit code is 0
/// unless something is wrong.
/// </summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan TimeToRenew = TimeSpan.FromDays(14);

    /// <summary>Runs the checks and returns the exit code.</summary>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var isWrong = false;
        var subject = "settings";
        try
        {
            var builder = WorkspaceApp.CreateBuilder();
            builder.AddCommandLog();
            AccessSettings.Read(builder.Configuration, builder.Environment).CheckAddresses(builder.Configuration);
            FirstKey.Read(builder.Configuration);
            TelemetrySettings.Read(builder.Configuration);
            LogSetup.HasClientAddress(builder.Configuration);
            await using var database = await WorkspaceDatabase.OpenForCommandAsync(builder, cancellationToken);
            await using var app = builder.BuildOn(database);
            Write(new Finding(FindingLevel.Good, subject, $"{builder.Environment.EnvironmentName}; {database.Location}"));
            foreach (var finding in CertificatesOf(builder.Configuration).Select(ExamineCertificate))
            {
                Write(finding);
            }

            subject = "database";
            if (await app.Services.GetRequiredService<ConnectionCheck>().HasUnknownPoolerAsync(cancellationToken))
            {
                throw new StartFailure(WorkspaceDatabase.UnknownPooler);
            }

            foreach (var finding in await app.Services.GetRequiredService<DatabaseExamination>().ExamineAsync(cancellationToken))
            {
                Write(finding);
            }
        }
        catch (Exception exception) when (StartFailure.Explain(exception) is { } explanation)
        {
            Write(new Finding(FindingLevel.Wrong, subject, explanation.TrimEnd('.', '\n')));
        }

        return isWrong ? CommandRun.Failed : 0;

        void Write(Finding finding)
        {
            isWrong |= finding.Level == FindingLevel.Wrong;
            var level = finding.Level switch { FindingLevel.Good => "ok", FindingLevel.Warning => "warning", _ => "wrong" };
            Console.WriteLine(Terminal.Visible($"{level,-8} {finding.Subject,-12} {finding.Text}."));
        }
    }

    private static IEnumerable<IConfigurationSection> CertificatesOf(ConfigurationManager configuration)
    {
        var kestrel = configuration.GetSection("Kestrel");
        return kestrel.GetSection("Certificates").GetChildren()
            .Concat(kestrel.GetSection("Endpoints").GetChildren().Select(endpoint => endpoint.GetSection("Certificate")))
            .Where(certificate => certificate["Path"] is { Length: > 0 });
    }

    private static Finding ExamineCertificate(IConfigurationSection settings)
    {
        // Kestrel starts relative paths at the folder of the program, too.
        var file = Path.Combine(AppContext.BaseDirectory, settings["Path"]!);
        try
        {
            using var certificate = settings["KeyPath"] is { Length: > 0 }
                ? X509CertificateLoader.LoadCertificateFromFile(file)
                : X509CertificateLoader.LoadPkcs12FromFile(file, settings["Password"]);
            var end = certificate.NotAfter.ToUniversalTime();
            var left = end - DateTime.UtcNow;
            var level = left < TimeSpan.Zero ? FindingLevel.Wrong : left < TimeToRenew ? FindingLevel.Warning : FindingLevel.Good;
            var text = string.Create(CultureInfo.InvariantCulture, $"{file} is valid until {end:yyyy-MM-dd}");
            var advice = level == FindingLevel.Good ? "" : ". Replace it, and start the service again";
            return new Finding(level, "certificate", text + advice);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return new Finding(
                FindingLevel.Wrong,
                "certificate",
                $"{file} cannot be read: {exception.Message.TrimEnd('.')}. Check {Settings.NameOf(settings.Path)}__Path and its password");
        }
    }
}
