import { expect, it } from 'vitest';
import { reloadWords } from '../../../src/dashboard/system/reload-words.ts';
import type { Reload } from '../../../src/dashboard/system/system-stats.ts';
import type { ReloadResult } from '../../../src/monitor/config-record.ts';

/** What the daemon tells must be what the dashboard reads: the compiler compares them here. */
const told = (result: ReloadResult): Reload => ({ at: '2026-01-01T00:00:00.000Z', ...result });
const applied = { outcome: 'applied', added: 0, removed: 0, restarted: 0, needRestart: [], warnings: [] } as const;

it('says what changed', () => {
  expect(reloadWords(told({ ...applied, added: 1, restarted: 2 }))).toEqual({
    tone: 'good',
    words: 'Reloaded, cameras: 1 added, 2 restarted',
    lines: [],
  });
  expect(reloadWords(told(applied)).words).toBe('Reloaded, no camera changed');
});

it('warns of what waits for a restart, and of what the file made doubtful', () => {
  expect(reloadWords(told({ ...applied, needRestart: ['http', 'mqtt'], warnings: ['x.yaml: old'] }))).toEqual({
    tone: 'warn',
    words: 'Reloaded, no camera changed',
    lines: ['Changes of http, mqtt take effect at the next restart of the daemon.', 'x.yaml: old'],
  });
});

it('says that nothing changed, and why', () => {
  expect(reloadWords(told({ outcome: 'refused', problems: ['x.yaml:3: nonsense'] }))).toMatchObject({
    tone: 'bad',
    words: 'Nothing was changed: the changed file is wrong',
    lines: ['x.yaml:3: nonsense'],
  });
  expect(reloadWords(told({ outcome: 'failed', problems: [] })).words).toMatch(/could not be applied/);
});
