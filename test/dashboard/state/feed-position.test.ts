import { describe, expect, it } from 'vitest';
import { advanced, greeted, NOWHERE } from '../../../src/dashboard/state/feed-position.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

describe('FeedPosition', () => {
  const here = { storeId: 'one', sequence: 7 };

  it('goes on in the same history, and begins anew in another', () => {
    expect([greeted(here, { storeId: 'one' }), greeted(here, { storeId: 'two' }), greeted(NOWHERE, { storeId: 'one' })]).toEqual([
      'goOn',
      'beginAnew',
      'beginAnew',
    ]);
  });

  it('follows events and gaps, and knows what it had already', () => {
    expect(advanced(here, { type: 'event', event: labelEvent(8) })).toEqual({ position: { storeId: 'one', sequence: 8 }, isNew: true });
    expect(advanced(here, { type: 'event', event: labelEvent(7) })).toEqual({ position: here, isNew: false });
    expect(advanced(here, { type: 'gap', from: 8, to: 20 })).toEqual({ position: { storeId: 'one', sequence: 20 }, isNew: true });
    expect(advanced(here, { type: 'gap', from: 3, to: 5 })).toEqual({ position: here, isNew: false });
  });
});
