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
} from '../generated/orval/client';
import type { EventListResponse, ImportJobResponse, ImportSummary, UserResponse } from '../generated/orval/client';
import { api, endOf, equal, eventsUntilDeletion, given, headers, hook, linesOf, secretOf, unique } from './expect';

declare global {
  // The configuration of the generator names it.
  var apiAddress: string;
}

globalThis.apiAddress = api;
const withKey = { headers: { ...headers, 'Idempotency-Key': unique } };

const me = await callersGetCaller({ headers });
equal(me.status === 200 && [me.data.role, me.data.operations.includes('Events_list')], ['admin', true]);
const start = pageOf(await eventsList({ after: 'now' }, { headers })).next;

const group = await userGroupsCreateNewGroup({ name: unique }, { headers });
if (group.status !== 201) {
  throw new Error(group.data.detail);
}

const created = await usersCreateNewUser({ first_name: 'Ada', role: 'editor', user_groups: [group.data.id] }, withKey);
if (created.status !== 201) {
  throw new Error(created.data.detail);
}

const user = created.data;
const tag = given(created.headers.get('ETag'));
equal([user.first_name, user.last_name, user.role], ['Ada', null, 'editor']);

const reused = await usersCreateNewUser({ first_name: 'Grace' }, withKey);
equal(reused.status === 422 && reused.data.code, 'idempotency_key_reused');

const withTag = { headers: { ...headers, 'If-Match': tag } };
const changed = await usersUpdateById(user.id, { last_name: 'Lovelace' }, withTag);
equal(changed.status === 200 && changed.data.last_name, 'Lovelace');
const stale = await usersUpdateById(user.id, { last_name: 'Byron' }, withTag);
equal(stale.status === 412 && stale.data.code, 'precondition_failed');

const list = await userGroupsListUsersById(group.data.id, { sort: '-first_name', fields: ['id', 'first_name'] }, { headers });
equal(list.status === 200 && list.data.results.map((row) => row.id), [user.id]);

const exported = await usersExport({ format: 'ndjson' }, { headers });
if (!('stream' in exported)) {
  throw new Error('The export is not a file.');
}

const row = given((await exported.stream.text()).split('\n').find((text) => text.includes(user.id)));
equal((JSON.parse(row) as UserResponse).last_name, 'Lovelace');

equal((await usersDeleteById(user.id, { headers })).status, 204);
const gone = await usersGetUserById(user.id, undefined, { headers });
equal(gone.status === 404 && gone.data.code, 'user_not_found');

const events = await eventsUntilDeletion(start, async (after) => pageOf(await eventsList(
  { after, types: ['user.created', 'user.updated', 'user.deleted'], resource: user.id, limit: 1, wait: 30 },
  { headers },
)));
equal(events.map((event) => event.type), ['user.created', 'user.updated', 'user.deleted']);
equal(events[1].changes.last_name, { from: null, to: 'Lovelace' });
const misread = await eventsList({ after: 'then' }, { headers });
equal(misread.status === 400 && misread.data.code, 'invalid_token');

const ndjson = { headers: { ...headers, 'Content-Type': 'application/x-ndjson' } };
const imported = await usersImport(new Blob([row]), { dry_run: true }, ndjson);
if (imported.status !== 200) {
  throw new Error('The import was refused.');
}

const summary = given(linesOf<ImportSummary>(await imported.stream.text()).at(-1));
equal([summary.dry_run, summary.created, summary.refused], [true, 1, 0]);

// The clients of this generator return each answer to an import as a stream, also where their types have data.
const accepted = await usersImport(new Blob([row]), { dry_run: true, async: true }, ndjson);
if (!('stream' in accepted)) {
  throw new Error('The answer is not a stream.');
}

equal(accepted.status as number, 202);
const job = ((await accepted.stream.json()) as unknown as ImportJobResponse).id;
const ended = await endOf(async () => {
  const read = await importJobsGetImportJobById(job, { headers });
  if (read.status !== 200) {
    throw new Error('The job is missing.');
  }

  return read.data;
});
equal([ended.state, given(ended.result).created, ended.failure], ['succeeded', 1, null]);
equal((await importJobsDeleteById(job, { headers })).status, 204);
const removed = await importJobsGetImportJobById(job, { headers });
equal(removed.status === 404 && removed.data.code, 'import_job_not_found');

const webhook = await webhooksCreateNewWebhook(hook, { headers });
if (webhook.status !== 201) {
  throw new Error(webhook.data.detail);
}

const hooked = webhook.data;
equal([secretOf(hooked), hooked.state, hooked.types], ['whsec_', 'disabled', hook.types]);
const shown = await webhooksGetWebhookById(hooked.id, undefined, { headers });
equal(shown.status === 200 && secretOf(shown.data), undefined);
const rotated = await webhooksRotateById(hooked.id, { headers });
equal(rotated.status === 200 && secretOf(rotated.data), 'whsec_');
equal((await webhooksDeleteById(hooked.id, { headers })).status, 204);

equal((await userGroupsDeleteById(group.data.id, { headers })).status, 204);

/** Returns a page of the feed. The answer has the types of all its media types, and JSON is the one without an Accept header. */
function pageOf(answer: Awaited<ReturnType<typeof eventsList>>): EventListResponse {
  if (answer.status !== 200 || typeof answer.data !== 'object' || !('next' in answer.data)) {
    throw new Error('The answer is not a page of events.');
  }

  return answer.data;
}
