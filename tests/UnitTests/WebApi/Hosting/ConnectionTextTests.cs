using CleanWorkspace.WebApi.Hosting;

namespace CleanWorkspace.UnitTests.WebApi.Hosting;

public sealed class ConnectionTextTests
{
    [Theory]
    [InlineData("Host=db;Database=w", "Host=db;Database=w")]
    [InlineData("postgres://db", "Host=db")]
    [InlineData("postgresql://db:5433/w", "Host=db:5433;Database=w")]
    [InlineData("POSTGRES://u@db/w", "Host=db;Database=w;Username=u")]
    [InlineData("postgres://u:p%40%2F%3A%20x@db/w", "Host=db;Database=w;Username=u;Password=\"p@/: x\"")]
    [InlineData("postgres://u:a:b@db/w", "Host=db;Database=w;Username=u;Password=a:b")]
    [InlineData("postgres://u:a@b@db/w", "Host=db;Database=w;Username=u;Password=a@b")]
    [InlineData("postgres://u@db1:5432,db2:5433/w", "Host=db1:5432,db2:5433;Database=w;Username=u")]
    [InlineData("postgres://u@db:5432/w", "Host=db:5432;Database=w;Username=u")]
    [InlineData("postgres://db/w?sslmode=verify-full&connect_timeout=3", "Host=db;Database=w;SSL Mode=VerifyFull;Timeout=3")]
    [InlineData("postgres://db/w?application_name=my%20app&", "Host=db;Database=w;Application Name=\"my app\"")]
    [InlineData("postgres://db/w?target_session_attrs=read-write", "Host=db;Database=w;Target Session Attributes=read-write")]
    public void A_URL_means_the_same_as_its_keywords(string text, string expected) => Assert.Equal(expected, ConnectionText.Read(text));

    [Theory]
    [InlineData("postgres://")]
    [InlineData("postgres:///w")]
    [InlineData("postgres://u:a/b@db/w")]
    [InlineData("postgres://db/w?secret=b")]
    [InlineData("postgres://db/w?sslmode=secret")]
    [InlineData("secret")]
    [InlineData("secret=1;Host=db")]
    [InlineData("Host=db;Port=secret")]
    public void Other_text_is_refused_without_repeating_it(string text)
    {
        var failure = Assert.Throws<StartFailure>(() => ConnectionText.Read(text));

        Assert.StartsWith("ConnectionStrings__Workspace ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }
}
