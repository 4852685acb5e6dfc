using System.Globalization;
using System.Net.Http.Headers;
using CleanWorkspace.IntegrationTests.Hosting;

namespace CleanWorkspace.IntegrationTests.Http;

public sealed class EntityTagTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    public static TheoryData<string> Nouns => ["/user", "/auth/group"];

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task Every_answer_with_one_resource_has_the_same_strong_tag_until_a_change(string list)
    {
        var created = (await service.PostAsync(list, Described(list, "x"))).MustBe(201);
        var path = PathOf(list, created);

        var read = (await service.GetAsync(path)).MustBe(200);
        var unchanged = (await service.PatchAsync(path, "{}")).MustBe(200);

        Assert.False(TagOf(created).IsWeak);
        Assert.Equal(TagOf(created), TagOf(read));
        Assert.Equal(TagOf(created), TagOf(unchanged));
        Assert.Null((await service.GetAsync(list)).MustBe(200).Headers.ETag);
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task The_tag_changes_with_a_value(string list)
    {
        var created = (await service.PostAsync(list, Described(list, "x"))).MustBe(201);

        var changed = (await service.PatchAsync(PathOf(list, created), Described(list, "y"))).MustBe(200);

        Assert.NotEqual(TagOf(created), TagOf(changed));
        Assert.Equal(TagOf(changed), TagOf(await service.GetAsync(PathOf(list, created))));
    }

    [Fact]
    public async Task Every_change_of_a_membership_changes_the_tags_of_both_resources()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync()).Id();
        var seen = new HashSet<string>(await BothTagsAsync());

        await ChangeAsync(() => service.PatchAsync($"/auth/group/{group}", new { users = new[] { user } }));
        await ChangeAsync(() => service.PatchAsync($"/user/{user}", new { user_groups = Array.Empty<string>() }));
        await ChangeAsync(() => service.PatchAsync($"/user/{user}", new { user_groups = new[] { group } }));

        var before = TagOf(await service.GetAsync($"/user/{user}"));
        (await service.DeleteAsync($"/auth/group/{group}")).MustBe(204);
        Assert.NotEqual(before, TagOf(await service.GetAsync($"/user/{user}")));

        async Task ChangeAsync(Func<Task<Answer>> change)
        {
            var answer = (await change()).MustBe(200);
            var tags = await BothTagsAsync();
            Assert.Contains($"{answer.Path} {answer.Headers.ETag!.Tag}", tags);
            Assert.All(tags, tag => Assert.True(seen.Add(tag), tag));
        }

        async Task<string[]> BothTagsAsync()
        {
            var paths = new[] { $"/user/{user}", $"/auth/group/{group}" };
            return await Task.WhenAll(paths.Select(async path => $"{path} {TagOf(await service.GetAsync(path)).Tag}"));
        }
    }

    [Fact]
    public async Task Every_write_of_members_answers_the_new_tag_of_the_group()
    {
        var user = (await service.CreateUserAsync()).Id();
        var group = (await service.CreateGroupAsync()).Id();
        var (members, member) = ($"/auth/group/{group}/users", $"/auth/group/{group}/users/{user}");

        await MustAnswerTagAsync(() => service.PutAsync(member), 204, isChange: true);
        await MustAnswerTagAsync(() => service.PutAsync(member), 204, isChange: false);
        await MustAnswerTagAsync(() => service.DeleteAsync(member), 204, isChange: true);
        await MustAnswerTagAsync(() => service.DeleteAsync(member), 204, isChange: false);
        await MustAnswerTagAsync(() => service.PatchAsync(members, new { add = new[] { user } }), 200, isChange: true);
        await MustAnswerTagAsync(() => service.PatchAsync(members, new { add = new[] { user } }), 200, isChange: false);
        await MustAnswerTagAsync(() => service.PatchAsync(members, new { remove = new[] { user } }), 200, isChange: true);
        await MustAnswerTagAsync(() => service.PatchAsync(members, "{}"), 200, isChange: false);

        async Task MustAnswerTagAsync(Func<Task<Answer>> writeAsync, int status, bool isChange)
        {
            var before = TagOf(await service.GetAsync($"/auth/group/{group}"));
            var answer = (await writeAsync()).MustBe(status);
            Assert.Equal(TagOf(await service.GetAsync($"/auth/group/{group}")), TagOf(answer));
            Assert.Equal(isChange, !TagOf(answer).Equals(before));
        }
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_reader_with_the_current_tag_gets_304_without_a_body(string list)
    {
        var created = (await service.PostAsync(list, Described(list, "x"))).MustBe(201);
        var path = PathOf(list, created);
        var tag = $"{TagOf(created)}";

        // A cache finds its copy by the tag of the 304.
        var conditions = FormsOf(created).Select(form => (form, form)).Append(($"\"other\", {tag}", tag)).Append(("*", tag));
        foreach (var (condition, known) in conditions)
        {
            var answer = (await SendAsync(HttpMethod.Get, path, "If-None-Match", condition)).MustBe(304);
            Assert.Equal(known, $"{TagOf(answer)}");
            Assert.Empty(answer.Bytes);
        }

        foreach (var other in OtherTags(created))
        {
            (await SendAsync(HttpMethod.Get, path, "If-None-Match", other)).MustBe(200);
        }
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_tag_that_a_proxy_has_weakened_counts_as_the_tag_of_the_service(string list)
    {
        var created = (await service.PostAsync(list, Described(list, "x"))).MustBe(201);
        var path = PathOf(list, created);
        var current = created;

        foreach (var form in Enumerable.Range(0, FormsOf(created).Length))
        {
            var condition = FormsOf(current)[form];
            current = (await SendAsync(HttpMethod.Patch, path, "If-Match", condition, Described(list, $"y{form}"))).MustBe(200);
            (await SendAsync(HttpMethod.Patch, path, "If-Match", condition, Described(list, "z"))).MustBe(412);
        }

        (await SendAsync(HttpMethod.Delete, path, "If-Match", FormsOf(current)[1])).MustBe(204);
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_change_with_a_stale_tag_is_refused_and_changes_nothing(string list)
    {
        var created = (await service.PostAsync(list, Described(list, "x"))).MustBe(201);
        var path = PathOf(list, created);
        var current = (await service.PatchAsync(path, Described(list, "y"))).MustBe(200);
        var stale = $"{TagOf(created)}";

        foreach (var condition in FormsOf(created).Concat(OtherTags(current)).Append($"{stale}, \"99999999999999999999\""))
        {
            object[] bodies = [Described(list, "z"), "{}", list == "/user" ? """{"user_groups":[]}""" : """{"users":[]}"""];
            foreach (var body in bodies)
            {
                var problem = (await SendAsync(HttpMethod.Patch, path, "If-Match", condition, body)).MustBe(412).Json;
                Assert.Equal("precondition_failed", (string)problem["code"]!);
            }

            (await SendAsync(HttpMethod.Delete, path, "If-Match", condition)).MustBe(412);
        }

        Assert.Equal(current.Text, (await service.GetAsync(path)).MustBe(200).Text);
    }

    [Theory]
    [MemberData(nameof(Nouns))]
    public async Task A_change_with_the_current_tag_succeeds(string list)
    {
        var created = (await service.PostAsync(list, Described(list, "x"))).MustBe(201);
        var path = PathOf(list, created);

        var condition = $"\"other\", {TagOf(created)}";
        var changed = (await SendAsync(HttpMethod.Patch, path, "If-Match", condition, Described(list, "y"))).MustBe(200);
        (await SendAsync(HttpMethod.Patch, path, "If-Match", "*", "{}")).MustBe(200);
        (await SendAsync(HttpMethod.Delete, path, "If-Match", $"{TagOf(changed)}")).MustBe(204);
        (await SendAsync(HttpMethod.Delete, path, "If-Match", $"{TagOf(changed)}")).MustBe(404);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("\"1")]
    [InlineData("\"1\" \"2\"")]
    public async Task A_condition_that_is_not_a_list_of_tags_is_refused(string condition)
    {
        var user = (await service.CreateUserAsync()).Id();

        (await SendAsync(HttpMethod.Patch, $"/user/{user}", "If-Match", condition, """{"last_name":"x"}"""))
            .MustRefuseParameters("If-Match");
    }

    [Fact]
    public async Task No_update_is_lost_when_50_writers_change_a_resource_with_its_tag()
    {
        const int Writers = 50;
        var path = $"/auth/group/{(await service.CreateGroupAsync(new { name = "0" })).Id()}";

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async _ =>
        {
            while (true)
            {
                var read = (await service.GetAsync(path)).MustBe(200);
                var next = int.Parse((string)read.Json["name"]!, CultureInfo.InvariantCulture) + 1;
                var written = await SendAsync(HttpMethod.Patch, path, "If-Match", $"{TagOf(read)}", new { name = $"{next}" });
                if (written.Status != 412)
                {
                    written.MustBe(200);
                    return;
                }
            }
        }));

        Assert.Equal($"{Writers}", (string)(await service.GetAsync(path)).Json["name"]!);
    }

    private static EntityTagHeaderValue TagOf(Answer answer) =>
        answer.Headers.ETag ?? throw new InvalidOperationException($"No tag: {answer}");

    /// <summary>The forms of a tag behind compressing proxies. The first is the service's own.</summary>
    private static string[] FormsOf(Answer answer)
    {
        var version = TagOf(answer).Tag.Trim('"');
        return
        [
            $"\"{version}\"", $"W/\"{version}\"", $"\"{version}-gzip\"", $"\"{version};gzip\"", $"\"{version}--gzip\"",
            $"W/\"{version}-gzip\"", $"\"{version}-br\"", $"\"{version}-zstd\"", $"\"{version}-deflate\"",
        ];
    }

    /// <summary>Tags that look like the tag but are not.</summary>
    private static string[] OtherTags(Answer answer)
    {
        var version = TagOf(answer).Tag.Trim('"');
        return
        [
            "\"other\"", $"\"0{version}\"", $"\"{version}0-gzip\"", $"\"{version}-\"", $"\"{version}gzip\"", $"\"-gzip{version}\"",
            $"\"{version}-other\"", $"\"+{version}\"", $"\" {version}\"",
        ];
    }

    private static string PathOf(string list, Answer created) => $"{list}/{created.Json.Id()}";

    private static object Described(string list, string value) => list == "/user" ? new { last_name = value } : new { name = value };

    private Task<Answer> SendAsync(HttpMethod method, string path, string header, string value, object? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : ServiceFixture.ToContent(body) };
        request.Headers.TryAddWithoutValidation(header, value);
        return service.SendAsync(request);
    }
}
