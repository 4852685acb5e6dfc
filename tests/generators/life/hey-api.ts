import { client } from '../generated/hey-api/client.gen';
import {
  callersGetCaller,
  eventsList,
  importJobsDeleteById,
  importJobsGetImportJobById,
  userGroupsCreateNewGroup,
  userGroupsDeleteById,
  userGroupsListUsersById,
  usersCreateNewUser,
  usersDeleteById,
  usersExport,
  usersGetUserById,
  usersImport,
  usersUpdateById,
  webhooksCreateNewWebhook,
  webhooksDeleteById,
  webhooksGetWebhookById,
  webhooksRotateById,
} from '../generated/hey-api';
import type { ImportSummary, UserResponse } from '../generated/hey-api';
import { api, endOf, equal, eventsUntilDeletion, given, headers, hook, linesOf, secretOf, unique } from './expect';

client.setConfig({ baseUrl: api, headers });
const key = { 'Idempotency-Key': unique };

const me = given((await callersGetCaller()).data);
equal([me.role, me.operations.includes('Events_list')], ['admin', true]);
const start = given((await eventsList({ query: { after: 'now' } })).data).next;

const group = given((await userGroupsCreateNewGroup({ body: { name: unique } })).data);
const created = await usersCreateNewUser({
  headers: key,
  body: { first_name: 'Ada', role: 'editor', user_groups: [group.id] },
});
const user = given(created.data);
const tag = given(given(created.response).headers.get('ETag'));
equal([user.first_name, user.last_name, user.role], ['Ada', null, 'editor']);

const reused = await usersCreateNewUser({ headers: key, body: { first_name: 'Grace' } });
equal(given(reused.error).status, 422);
equal(given(reused.error).code, 'idempotency_key_reused');

const path = { id: user.id };
const changed = await usersUpdateById({ path, headers: { 'If-Match': tag }, body: { last_name: 'Lovelace' } });
equal(given(changed.data).last_name, 'Lovelace');
const stale = await usersUpdateById({ path, headers: { 'If-Match': tag }, body: { last_name: 'Byron' } });
equal(given(stale.error).code, 'precondition_failed');

const list = given((await userGroupsListUsersById({
  path: { id: group.id },
  query: { sort: '-first_name', fields: ['id', 'first_name'] },
})).data);
equal(list.results.map((row) => row.id), [user.id]);

const exported: Blob = given((await usersExport({ query: { format: 'ndjson' }, parseAs: 'blob' })).data);
const row = given((await exported.text()).split('\n').find((text) => text.includes(user.id)));
equal((JSON.parse(row) as UserResponse).last_name, 'Lovelace');

equal(given((await usersDeleteById({ path })).response).status, 204);
equal(given((await usersGetUserById({ path })).error).code, 'user_not_found');

const events = await eventsUntilDeletion(start, async (after) => given((await eventsList({
  query: { after, types: ['user.created', 'user.updated', 'user.deleted'], resource: user.id, limit: 1, wait: 30 },
})).data));
equal(events.map((event) => event.type), ['user.created', 'user.updated', 'user.deleted']);
equal(events[1].changes.last_name, { from: null, to: 'Lovelace' });
equal(given((await eventsList({ query: { after: 'then' } })).error).code, 'invalid_token');

const file = { headers: { 'Content-Type': 'application/x-ndjson' }, body: new Blob([row]) };
const report = given((await usersImport({ query: { dry_run: true }, ...file })).data);
if (!(report instanceof Blob)) {
  throw new Error('The report is not a file.');
}

const summary = given(linesOf<ImportSummary>(await report.text()).at(-1));
equal([summary.dry_run, summary.created, summary.refused], [true, 1, 0]);

const accepted = given((await usersImport({ query: { dry_run: true, async: true }, ...file })).data);
if (accepted instanceof Blob) {
  throw new Error('The import is not a job.');
}

const job = { path: { id: accepted.id } };
const ended = await endOf(async () => given((await importJobsGetImportJobById(job)).data));
equal([ended.state, given(ended.result).created, ended.failure], ['succeeded', 1, null]);
equal(given((await importJobsDeleteById(job)).response).status, 204);
equal(given((await importJobsGetImportJobById(job)).error).code, 'import_job_not_found');

const webhook = given((await webhooksCreateNewWebhook({ body: hook })).data);
const hooked = { path: { id: webhook.id } };
equal([secretOf(webhook), webhook.state, webhook.types], ['whsec_', 'disabled', hook.types]);
equal(secretOf(given((await webhooksGetWebhookById(hooked)).data)), undefined);
equal(secretOf(given((await webhooksRotateById(hooked)).data)), 'whsec_');
equal(given((await webhooksDeleteById(hooked)).response).status, 204);

equal(given((await userGroupsDeleteById({ path: { id: group.id } })).response).status, 204);
