import { Api } from '../generated/swagger-typescript-api/Api';
import { EventType, FileFormat, UserField, UserSort } from '../generated/swagger-typescript-api/Api';
import type { ImportJobResponse, ImportSummary, Problem, UserResponse } from '../generated/swagger-typescript-api/Api';
import { api, endOf, equal, eventsUntilDeletion, given, headers, hook, linesOf, secretOf, unique } from './expect';

// The clients of this generator send no files, only text, and give it another media type than the document.
const client = new Api({
  baseUrl: api,
  baseApiParams: { headers },
  customFetch: (url, init) => fetch(url, String(url).includes('/user/import')
    ? { ...init, headers: { ...init?.headers, 'Content-Type': 'application/x-ndjson' } }
    : init),
});
const key = { 'Idempotency-Key': unique };

const me = (await client.auth.callersGetCaller()).data;
equal([me.role as string, me.operations.includes('Events_list')], ['admin', true]);
const start = (await client.events.eventsList({ after: 'now' })).data.next;

const group = (await client.auth.userGroupsCreateNewGroup({ name: unique })).data;
const created = await client.user.usersCreateNewUser(
  { first_name: 'Ada', role: 'editor', user_groups: [group.id] },
  { headers: key },
);
const user = created.data;
const tag = given(created.headers.get('ETag'));
equal([user.first_name, user.last_name, user.role as string], ['Ada', null, 'editor']);

const reused = await refusalOf(client.user.usersCreateNewUser({ first_name: 'Grace' }, { headers: key }));
equal([reused.status, reused.code], [422, 'idempotency_key_reused']);

const changed = await client.user.usersUpdateById(user.id, { last_name: 'Lovelace' }, { headers: { 'If-Match': tag } });
equal(changed.data.last_name, 'Lovelace');
const stale = await refusalOf(client.user.usersUpdateById(user.id, { last_name: 'Byron' }, { headers: { 'If-Match': tag } }));
equal([stale.status, stale.code], [412, 'precondition_failed']);

// The clients of this generator repeat a parameter for each field, so there can be only one.
const query = { sort: UserSort.FirstNameDescending, fields: [UserField.Id] };
const list = (await client.auth.userGroupsListUsersById(group.id, query)).data;
equal(list.results.map((row) => row.id), [user.id]);

const exported = await (await client.user.usersExport({ format: FileFormat.Ndjson })).text();
const row = given(exported.split('\n').find((text) => text.includes(user.id)));
equal((JSON.parse(row) as UserResponse).last_name, 'Lovelace');

equal((await client.user.usersDeleteById(user.id)).status, 204);
equal((await refusalOf(client.user.usersGetUserById(user.id))).code, 'user_not_found');

const events = await eventsUntilDeletion(start, async (after) => (
  await client.events.eventsList({ after, resource: user.id, limit: 1, wait: 30 })
).data);
equal(events.map((event) => event.type), ['user.created', 'user.updated', 'user.deleted']);
equal(events[1].changes.last_name, { from: null, to: 'Lovelace' });
const deletion = (await client.events.eventsList({ after: start, types: [EventType.UserDeleted], resource: user.id })).data;
equal(deletion.results, events.slice(2));
equal((await refusalOf(client.events.eventsList({ after: 'then' }))).code, 'invalid_token');

const imported = await client.user.usersImport(row as unknown as File, { dry_run: true });
const summary = given(linesOf<ImportSummary>(await imported.text()).at(-1));
equal([summary.dry_run, summary.created, summary.refused], [true, 1, 0]);

// The clients of this generator have only the type of the first answer.
const accepted = await client.user.usersImport(row as unknown as File, { dry_run: true, async: true });
equal(accepted.status, 202);
const job = ((await accepted.json()) as ImportJobResponse).id;
const ended = await endOf(async () => (await client.import.importJobsGetImportJobById(job)).data);
equal([ended.state as string, given(ended.result).created, ended.failure], ['succeeded', 1, null]);
equal((await client.import.importJobsDeleteById(job)).status, 204);
equal((await refusalOf(client.import.importJobsGetImportJobById(job))).code, 'import_job_not_found');

const webhook = (await client.webhook.webhooksCreateNewWebhook(hook)).data;
equal([secretOf(webhook), webhook.state as string, webhook.types], ['whsec_', 'disabled', hook.types]);
equal(secretOf((await client.webhook.webhooksGetWebhookById(webhook.id)).data), undefined);
equal(secretOf((await client.webhook.webhooksRotateById(webhook.id)).data), 'whsec_');
equal((await client.webhook.webhooksDeleteById(webhook.id)).status, 204);

equal((await client.auth.userGroupsDeleteById(group.id)).status, 204);

/** Returns the problem with which a call is refused. This generator's clients throw it. */
async function refusalOf(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (refusal) {
    return (refusal as { error: Problem }).error;
  }

  throw new Error('The call was not refused.');
}
