import { describe, expect, it } from 'vitest';
import { arrange, type Hanging, heldOrder } from '../../../src/dashboard/wall/arrangement.ts';
import { PLAIN_VIEW } from '../../../src/dashboard/wall/wall-view.ts';

const hanging = (id: string, more: Partial<Hanging> = {}): Hanging => ({ id, name: id, state: 'live', isActive: false, lastEventAt: '', ...more });
const cameras = [
  hanging('c10', { name: 'Yard: gate 10', lastEventAt: '2026-01-01T00:00:02.000Z' }),
  hanging('c9', { name: 'Yard: gate 9', isActive: true, lastEventAt: '2026-01-01T00:00:01.000Z' }),
  hanging('attic', { name: 'Attic', state: 'offline' }),
  hanging('cellar', { name: 'House / Cellar', state: 'authFailed', lastEventAt: '2026-01-01T00:00:03.000Z' }),
  hanging('guest', { name: 'Guest room', state: 'disabled' }),
];
const show = (view: Partial<typeof PLAIN_VIEW>) => arrange(cameras, { ...PLAIN_VIEW, ...view }).map(({ title, ids }) => `${title}[${ids.join()}]`);

describe('arrange', () => {
  it.each([
    ['as configured', {}, ['[c10,c9,attic,cellar,guest]']],
    ['by name, numbers as numbers', { sort: 'name' }, ['[attic,guest,cellar,c9,c10]']],
    ['by activity: active ones, then the newest event, then the name', { sort: 'activity' }, ['[c9,cellar,c10,attic,guest]']],
    ['active only', { filter: 'active' }, ['[c9]']],
    ['live only', { filter: 'live' }, ['[c10,c9]']],
    ['trouble: neither live nor switched off', { filter: 'trouble' }, ['[attic,cellar]']],
    ['a search in name, whatever the case', { search: 'YARD' }, ['[c10,c9]']],
    ['all words of a search, in any order, also of the state', { search: 'reach attic' }, ['[attic]']],
    ['nothing found', { search: 'nowhere' }, []],
    ['by prefix, others last', { group: 'prefix' }, ['House[cellar]', 'Yard[c10,c9]', 'Others[attic,guest]']],
    [
      'by state, the worst first',
      { group: 'state' },
      ['wrong user or password[cellar]', 'not reachable[attic]', 'live[c10,c9]', 'switched off[guest]'],
    ],
  ] as const)('%s', (_, view, expected) => {
    expect(show(view)).toEqual(expected);
  });
});

describe('heldOrder', () => {
  it('keeps what was there in its order, and puts what is new after it', () => {
    const before = [{ title: '', ids: ['a', 'b', 'c'] }];
    expect(heldOrder([{ title: '', ids: ['new', 'c', 'b', 'a'] }], before)).toEqual([{ title: '', ids: ['a', 'b', 'c', 'new'] }]);
    expect(heldOrder([{ title: '', ids: ['c', 'a'] }], before)).toEqual([{ title: '', ids: ['a', 'c'] }]);
    expect(heldOrder([{ title: 'other', ids: ['c', 'a'] }], before)).toEqual([{ title: 'other', ids: ['c', 'a'] }]);
  });
});
