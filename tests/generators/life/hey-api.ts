import { client } from '../generated/hey-api/client.gen';
import {
  userGroupsCreateNewGroup,
  userGroupsDeleteById,
  userGroupsListUsersById,
  usersCreateNewUser,
  usersDeleteById,
  usersExport,
  usersGetUserById,
  usersImport,
  usersUpdateById,
} from '../generated/hey-api';
import type { ImportSummary, UserResponse } from '../generated/hey-api';
import { api, equal, given, headers, linesOf, unique } from './expect';

client.setConfig({ baseUrl: api, headers });
const key = { 'Idempotency-Key': unique };

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

const imported = await usersImport({
  query: { dry_run: true },
  headers: { 'Content-Type': 'application/x-ndjson' },
  body: new Blob([row]),
});
const report: Blob = given(imported.data);
const summary = given(linesOf<ImportSummary>(await report.text()).at(-1));
equal([summary.dry_run, summary.created, summary.refused], [true, 1, 0]);

equal(given((await userGroupsDeleteById({ path: { id: group.id } })).response).status, 204);
