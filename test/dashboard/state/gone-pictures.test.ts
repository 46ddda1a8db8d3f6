import { expect, it } from 'vitest';
import { eventsOf, inPlaceOf } from '../../../src/dashboard/state/gone-pictures.ts';
import { labelEvent } from '../../helpers/http-stage.ts';

const [a, b] = [labelEvent(1, { id: 'a' }), labelEvent(2, { id: 'b' })];

it('gives each event what the answer says of its pictures', () => {
  expect(eventsOf({ events: [a, b, a], gone: { a: ['snapshot'] } })).toEqual([{ ...a, gone: ['snapshot'] }, b, { ...a, gone: ['snapshot'] }]);
});

it('knows over a later message of the event that its picture is gone', () => {
  const later = labelEvent(3, { id: 'a', type: 'end' });
  expect(inPlaceOf({ ...a, gone: ['snapshot'] }, later)).toEqual({ ...later, gone: ['snapshot'] });
  expect(inPlaceOf(a, later)).toBe(later);
  expect(inPlaceOf({ ...a, gone: ['snapshot'] }, { ...later, gone: ['snapshot', 'strip'] }).gone).toEqual(['snapshot', 'strip']);
});
