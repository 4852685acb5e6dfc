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
} from '../generated/orval/client';
import type { ImportSummary, UserResponse } from '../generated/orval/client';
import { api, equal, given, headers, linesOf, unique } from './expect';

declare global {
  // The configuration of the generator names it.
  var apiAddress: string;
}

globalThis.apiAddress = api;
const withKey = { headers: { ...headers, 'Idempotency-Key': unique } };

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

const ndjson = { headers: { ...headers, 'Content-Type': 'application/x-ndjson' } };
const imported = await usersImport(new Blob([row]), { dry_run: true }, ndjson);
if (imported.status !== 200) {
  throw new Error('The import was refused.');
}

const summary = given(linesOf<ImportSummary>(await imported.stream.text()).at(-1));
equal([summary.dry_run, summary.created, summary.refused], [true, 1, 0]);

equal((await userGroupsDeleteById(group.data.id, { headers })).status, 204);
