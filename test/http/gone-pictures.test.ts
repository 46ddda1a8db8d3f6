import { expect, it } from 'vitest';
import { gonePictures } from '../../src/http/gone-pictures.ts';
import { labelEvent, MemoryHistory } from '../helpers/http-stage.ts';

const BEGUN_MS = Date.parse(labelEvent(1).startedAt);
const event = (id: string, over: Parameters<typeof labelEvent>[1] = {}) => labelEvent(1, { id, snapshot: '/s.jpg', strip: '/t.jpg', ...over });

it('names the pictures that are named and not there, once an event', async () => {
  const history = new MemoryHistory();
  history.snapshots.set('whole', Uint8Array.of(1));
  history.strips.set('whole', Uint8Array.of(1));
  history.snapshots.set('half', Uint8Array.of(1));
  const events = [
    event('whole'),
    event('half'),
    event('pruned'),
    event('pruned'),
    event('none', { snapshot: null, strip: null }),
    event('one', { strip: null }),
  ];
  expect(await gonePictures(history, events, BEGUN_MS + 60_000)).toEqual({ half: ['strip'], pruned: ['snapshot', 'strip'], one: ['snapshot'] });
});

it('says nothing of one that may still be stored', async () => {
  expect(await gonePictures(new MemoryHistory(), [event('young')], BEGUN_MS + 59_999)).toEqual({});
});
