import { deepStrictEqual } from 'node:assert';

export const api = process.env.API ?? 'http://localhost:5080';

export const headers: Record<string, string> = process.env.KEY ? { Authorization: `Bearer ${process.env.KEY}` } : {};

/** Text that no earlier run has used. */
export const unique = crypto.randomUUID();

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
