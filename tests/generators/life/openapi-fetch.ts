import createClient from 'openapi-fetch';
import type { components, paths } from '../generated/openapi-fetch/schema';
import { api, endOf, equal, eventsUntilDeletion, given, headers, hook, linesOf, secretOf, unique } from './expect';

type EventList = components['schemas']['EventListResponse'];
type ImportSummary = components['schemas']['ImportSummary'];
type User = components['schemas']['UserResponse'];

const client = createClient<paths>({ baseUrl: api, headers });
const key = { 'Idempotency-Key': unique };

const me = given((await client.GET('/auth/me')).data);
equal([me.role, me.operations.includes('Events_list')], ['admin', true]);
const start = pageOf((await client.GET('/events', { params: { query: { after: 'now' } } })).data).next;

const group = given((await client.POST('/auth/group', { body: { name: unique } })).data);
const created = await client.POST('/user', {
  params: { header: key },
  body: { first_name: 'Ada', role: 'editor', user_groups: [group.id] },
});
const user = given(created.data);
const tag = given(created.response.headers.get('ETag'));
equal([user.first_name, user.last_name, user.role], ['Ada', null, 'editor']);

const reused = await client.POST('/user', { params: { header: key }, body: { first_name: 'Grace' } });
equal(given(reused.error).status, 422);
equal(given(reused.error).code, 'idempotency_key_reused');

const path = { id: user.id };
const changed = await client.PATCH('/user/{id}', {
  params: { path, header: { 'If-Match': tag } },
  body: { last_name: 'Lovelace' },
});
equal(given(changed.data).last_name, 'Lovelace');
const stale = await client.PATCH('/user/{id}', { params: { path, header: { 'If-Match': tag } }, body: { last_name: 'Byron' } });
equal(given(stale.error).code, 'precondition_failed');

const list = given((await client.GET('/auth/group/{id}/users', {
  params: { path: { id: group.id }, query: { sort: '-first_name', fields: ['id', 'first_name'] } },
  querySerializer: { array: { style: 'form', explode: false } },
})).data);
equal(list.results.map((row) => row.id), [user.id]);

const exported = await client.GET('/user/export', { params: { query: { format: 'ndjson' } }, parseAs: 'text' });
const rows = given(exported.data).split('\n');
const row = given(rows.find((text) => text.includes(user.id)));
equal((JSON.parse(row) as User).last_name, 'Lovelace');

equal((await client.DELETE('/user/{id}', { params: { path } })).response.status, 204);
equal(given((await client.GET('/user/{id}', { params: { path } })).error).code, 'user_not_found');

const events = await eventsUntilDeletion(start, async (after) => pageOf((await client.GET('/events', {
  params: {
    query: { after, types: ['user.created', 'user.updated', 'user.deleted'], resource: user.id, limit: 1, wait: 30 },
  },
  querySerializer: { array: { style: 'form', explode: false } },
})).data));
equal(events.map((event) => event.type), ['user.created', 'user.updated', 'user.deleted']);
equal(events[1].changes.last_name, { from: null, to: 'Lovelace' });
equal(given((await client.GET('/events', { params: { query: { after: 'then' } } })).error).code, 'invalid_token');

const imported = await client.POST('/user/import', {
  params: { query: { dry_run: true } },
  headers: { 'Content-Type': 'application/x-ndjson' },
  body: row,
  bodySerializer: (body) => body,
  parseAs: 'text',
});
const summary = given(linesOf<ImportSummary>(given(imported.data)).at(-1));
equal([summary.dry_run, summary.created, summary.refused], [true, 1, 0]);

const accepted = given((await client.POST('/user/import', {
  params: { query: { dry_run: true, async: true } },
  headers: { 'Content-Type': 'application/x-ndjson' },
  body: row,
  bodySerializer: (body) => body,
})).data);
if (typeof accepted === 'string') {
  throw new Error('The import is not a job.');
}

const job = { params: { path: { id: accepted.id } } };
const ended = await endOf(async () => given((await client.GET('/import/{id}', job)).data));
equal([ended.state, given(ended.result).created, ended.failure], ['succeeded', 1, null]);
equal((await client.DELETE('/import/{id}', job)).response.status, 204);
equal(given((await client.GET('/import/{id}', job)).error).code, 'import_job_not_found');

const webhook = given((await client.POST('/webhook', { body: hook })).data);
const hooked = { params: { path: { id: webhook.id } } };
equal([secretOf(webhook), webhook.state, webhook.types], ['whsec_', 'disabled', hook.types]);
equal(secretOf(given((await client.GET('/webhook/{id}', hooked)).data)), undefined);
equal(secretOf(given((await client.POST('/webhook/{id}/rotate', hooked)).data)), 'whsec_');
equal((await client.DELETE('/webhook/{id}', hooked)).response.status, 204);

equal((await client.DELETE('/auth/group/{id}', { params: { path: { id: group.id } } })).response.status, 204);

/** Returns a page of the feed. The answer has the types of all its media types, and JSON is the one without an Accept header. */
function pageOf(answer: object | string | undefined): EventList {
  if (typeof answer !== 'object' || !('next' in answer)) {
    throw new Error('The answer is not a page of events.');
  }

  return answer as EventList;
}
