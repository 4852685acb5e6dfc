using System.Security.Cryptography;
using CleanWorkspace.Domain.ApiKeys;

namespace CleanWorkspace.UnitTests.Domain.ApiKeys;

public sealed class KeyTokenTests
{
    private const string Id = "019a2b3c4d5e7f608a1b2c3d4e5f6071";
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    [Fact]
    public void Parse_reads_a_revealed_token_back()
    {
        var token = KeyToken.Create(Guid.CreateVersion7());

        var read = KeyToken.Parse(token.Reveal());

        Assert.Equal(token.KeyId, read?.KeyId);
        Assert.Equal(token.Reveal(), read!.Reveal());
        Assert.True(read.HasHash(token.Hash()));
    }

    [Fact]
    public void A_token_is_a_prefix_an_id_and_a_secret_and_only_the_secret_is_hashed()
    {
        var token = KeyToken.Parse($"cwk_{Id}_{Secret}");

        Assert.Equal(Guid.ParseExact(Id, "N"), token?.KeyId);
        Assert.Equal(SHA256.HashData([.. Enumerable.Range(0, 32).Select(value => (byte)value)]), token!.Hash());
    }

    [Fact]
    public void Two_tokens_of_one_key_differ()
    {
        var id = Guid.CreateVersion7();
        var one = KeyToken.Create(id);
        var other = KeyToken.Create(id);

        Assert.NotEqual(one.Reveal(), other.Reveal());
        Assert.False(one.HasHash(other.Hash()));
        Assert.False(one.HasHash([]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("cwk_")]
    [InlineData(Id)]
    [InlineData($"{Id}_{Secret}")]
    [InlineData($"CWK_{Id}_{Secret}")]
    [InlineData($"cwx_{Id}_{Secret}")]
    [InlineData($"cwk-{Id}_{Secret}")]
    [InlineData($"cwk_{Id}-{Secret}")]
    [InlineData($"cwk_{Id}{Secret}A")]
    [InlineData($" cwk_{Id}_{Secret}")]
    [InlineData($"cwk_{Id}_{Secret} ")]
    [InlineData($"cwk_{Id}_{Secret}=")]
    [InlineData($"cwk_{Id}_{Secret}A")]
    public void Parse_refuses_text_of_another_form(string? text) => Assert.Null(KeyToken.Parse(text));

    [Theory]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("019A2B3C4D5E7F608A1B2C3D4E5F6071")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f607g")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f60 1")]
    public void Parse_refuses_an_id_of_another_spelling(string id) => Assert.Null(KeyToken.Parse($"cwk_{id}_{Secret}"));

    // The last character holds the last four bits of the secret and two bits that must be zero.
    [Theory]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH==")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd+h8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd/h8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd h8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\nh8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\u00E9h8")]
    public void Parse_refuses_a_secret_of_another_spelling(string secret) => Assert.Null(KeyToken.Parse($"cwk_{Id}_{secret}"));

    [Fact]
    public void ToString_hides_the_secret()
    {
        var token = KeyToken.Parse($"cwk_{Id}_{Secret}");

        Assert.Equal($"cwk_{Id}_…", $"{token}");
    }
}
