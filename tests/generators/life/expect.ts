import { deepStrictEqual } from 'node:assert';
import { setTimeout } from 'node:timers/promises';

export const api = process.env.API ?? 'http://localhost:5080';

export const headers: Record<string, string> = process.env.KEY ? { Authorization: `Bearer ${process.env.KEY}` } : {};

/** Text that no earlier run has used. */
export const unique = crypto.randomUUID();

/** A webhook that sends nothing. */
export const hook = { url: 'https://hooks.example.org/workspace', types: ['user.created'], state: 'disabled' };

/** Returns the prefix of the secret of a webhook. Only the answers to its creation and to a rotation have one. */
export function secretOf(webhook: { secret?: string | null }): string | null | undefined {
  return webhook.secret?.slice(0, 6);
}

/** Fails unless both are equal. */
export function equal<T>(found: T, expected: T): void {
  deepStrictEqual(found, expected);
}

/** Returns the value, which must be there. */
export function given<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) {
    throw new Error('A value is missing.');
  }

  return value;
}

/** Reads each line of a file as JSON. */
export function linesOf<T>(file: string): T[] {
  return file
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => JSON.parse(line) as T);
}

/** Reads pages of the feed of events until a user is deleted. Returns all events. */
export async function eventsUntilDeletion<T extends { type: string }>(
  start: string,
  read: (after: string) => Promise<{ results: T[]; next: string }>,
): Promise<T[]> {
  const events: T[] = [];
  for (let next = start; events.at(-1)?.type !== 'user.deleted';) {
    const page = await read(next);
    // The service has waited for an event, so there is at least one.
    given(page.results[0]);
    events.push(...page.results);
    next = page.next;
  }

  return events;
}

/** Reads an import job until it has ended. */
export async function endOf<T extends { ended_at: string | null }>(read: () => Promise<T>): Promise<T> {
  let job = await read();
  while (job.ended_at === null) {
    await setTimeout(100);
    job = await read();
  }

  return job;
}
