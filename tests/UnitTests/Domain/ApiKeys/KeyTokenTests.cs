using System.Security.Cryptography;
using CleanWorkspace.Domain.ApiKeys;

namespace CleanWorkspace.UnitTests.Domain.ApiKeys;

public sealed class KeyTokenTests
{
    private const string Id = "019a2b3c4d5e7f608a1b2c3d4e5f6071";
    private const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    [Fact]
    public void A_token_is_read_as_it_was_revealed()
    {
        var token = KeyToken.Create(Guid.CreateVersion7());

        var read = KeyToken.Parse(token.Reveal());

        Assert.Equal(token.KeyId, read?.KeyId);
        Assert.Equal(token.Reveal(), read!.Reveal());
        Assert.True(read.HasHash(token.Hash()));
    }

    [Fact]
    public void A_token_consists_of_prefix_id_and_secret_and_its_hash_is_that_of_the_secret()
    {
        var token = KeyToken.Parse($"cwk_{Id}_{Secret}");

        Assert.Equal(Guid.ParseExact(Id, "N"), token?.KeyId);
        Assert.Equal(SHA256.HashData([.. Enumerable.Range(0, 32).Select(value => (byte)value)]), token!.Hash());
    }

    [Fact]
    public void No_token_is_created_twice()
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
    public void What_has_another_form_is_no_token(string? text) => Assert.Null(KeyToken.Parse(text));

    [Theory]
    [InlineData("019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071")]
    [InlineData("019A2B3C4D5E7F608A1B2C3D4E5F6071")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f607g")]
    [InlineData("019a2b3c4d5e7f608a1b2c3d4e5f60 1")]
    public void Nor_is_one_whose_id_is_written_otherwise(string id) => Assert.Null(KeyToken.Parse($"cwk_{id}_{Secret}"));

    // The last character stands for four bits of the last byte and two bits beyond it, which are zero.
    [Theory]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh=")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdH==")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd+h8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd/h8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd h8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\nh8")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd\u00E9h8")]
    public void Nor_is_one_whose_secret_is_written_otherwise(string secret) => Assert.Null(KeyToken.Parse($"cwk_{Id}_{secret}"));

    [Fact]
    public void What_people_and_logs_see_keeps_the_secret()
    {
        var token = KeyToken.Parse($"cwk_{Id}_{Secret}");

        Assert.Equal($"cwk_{Id}_…", $"{token}");
    }
}
