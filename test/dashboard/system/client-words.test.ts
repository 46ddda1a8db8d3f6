import { expect, it } from 'vitest';
import { cameraWords, droppedWords, waitingWords } from '../../../src/dashboard/system/client-words.ts';
import type { Client } from '../../../src/dashboard/system/system-stats.ts';
import type { ClientView } from '../../../src/http/client-view.ts';

const asSent = (view: ClientView): Client => view;
const client = (cameras: readonly string[], cameraCount = cameras.length) =>
  asSent({ kind: 'feed', address: '::1', since: '2026-01-01T00:00:00.000Z', waitingBytes: 0, dropped: 0, cameras, cameraCount });
const nameOf = (id: string) => id.toUpperCase();

it('names a few cameras, and counts the others', () => {
  expect(cameraWords(client([]), nameOf)).toBe('watches no camera');
  expect(cameraWords(client(['a', 'b']), nameOf)).toBe('watches A, B');
  expect(cameraWords(client(['a', 'b', 'c', 'd', 'e'], 1_005), nameOf)).toBe(`watches A, B, C, D and ${(1_001).toLocaleString()} more`);
});

it('says how much waits, and what was left out', () => {
  expect([0, 1, 1024, 1025, 3 * 2 ** 19].map(waitingWords)).toEqual(['nothing waits', '1 KiB wait', '1 KiB wait', '2 KiB wait', '1.5 MiB wait']);
  expect([0, 1, 2].map(droppedWords)).toEqual(['nothing left out', 'one picture left out', '2 pictures left out']);
});
