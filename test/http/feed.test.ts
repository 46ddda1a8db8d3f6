import { describe, expect, it } from 'vitest';
import type { Classification } from '../../src/events/label-event.ts';
import { Feed, type FeedListener } from '../../src/http/feed.ts';
import { exampleCamera, labelEvent } from '../helpers/http-stage.ts';

class Listener implements FeedListener {
  readonly got: string[] = [];
  readonly tiles: [string, Uint8Array][] = [];
  watched = new Set<string>();

  wantsTile(cameraId: string): boolean {
    return this.watched.has(cameraId);
  }

  wantsClassification(cameraId: string): boolean {
    return this.watched.has(cameraId);
  }

  event(_sequence: number, text: string): void {
    this.got.push(text);
  }

  message(text: string): void {
    this.got.push(text);
  }

  tile(cameraId: string, message: Uint8Array): void {
    this.tiles.push([cameraId, message]);
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

const verdict: Classification = {
  camera: 'yard',
  region: 'full',
  frame: { sequence: 5, receivedAt: Date.UTC(2026, 0, 1), receivedMono: 1, width: 640, height: 360 },
  scores: ['a', 'b', 'c', 'd', 'e', 'f'].map((label, index) => ({ label, score: 0.5 / (index + 1) })),
  ledger: labelEvent(1).latencyMs,
  batch: { id: 1, size: 1, paddedTo: 1, flushReason: 'idle' },
};

describe('Feed', () => {
  it('knows the highest sequence, from the store or fed', () => {
    const feed = new Feed(7);
    expect(feed.lastSequence).toBe(7);
    feed.event(labelEvent(8));
    expect(feed.lastSequence).toBe(8);
  });

  it('has the messages of the contract', () => {
    const feed = new Feed(0);
    const listener = new Listener();
    listener.watched.add('yard');
    feed.add(listener);
    feed.event(labelEvent(1));
    feed.classification(verdict, { heads: { gate: { label: 'open', score: 0.7 } }, rules: { unsafe: { active: true, score: 0.9, eventId: 'E1' } } });
    feed.camera(exampleCamera('yard'));
    feed.stats({ uptimeSeconds: 3 });
    const [event, classification, camera, stats] = listener.got.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(event).toEqual({ type: 'event', event: labelEvent(1) });
    expect(Object.keys(classification ?? {}).sort()).toEqual(['at', 'camera', 'frame', 'heads', 'latencyMs', 'region', 'rules', 'top', 'type']);
    expect(classification).toMatchObject({ camera: 'yard', region: 'full', frame: { sequence: 5 }, at: '2026-01-01T00:00:00.000Z' });
    expect(classification).toMatchObject({ heads: { gate: { label: 'open' } }, rules: { unsafe: { active: true, score: 0.9 } } });
    expect(classification?.['top']).toHaveLength(5);
    expect(camera).toMatchObject({ type: 'camera', camera: { id: 'yard' } });
    expect(stats).toEqual({ type: 'stats', uptimeSeconds: 3 });
  });

  it('makes no picture that nobody wants', async () => {
    const feed = new Feed(0);
    const listener = new Listener();
    feed.add(listener);
    let made = 0;
    const jpeg = async () => Uint8Array.of(++made);
    feed.tile('yard', 1, jpeg);
    feed.classification(verdict, { heads: {}, rules: {} });
    listener.watched.add('yard');
    expect([feed.wantsTiles('yard'), feed.wantsTiles('door'), feed.wantsClassifications('yard')]).toEqual([true, false, true]);
    feed.tile('door', 1, jpeg);
    feed.remove(listener);
    feed.tile('yard', 2, jpeg);
    await settle();
    expect(made).toBe(0);
    expect(listener.got).toEqual([]);
  });

  it('makes one at a time a camera; of those that come meanwhile the newest wins; a failure stops nothing', async () => {
    const feed = new Feed(0);
    const listener = new Listener();
    listener.watched = new Set(['yard', 'door']);
    feed.add(listener);
    const made: number[] = [];
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const jpegOf = (sequence: number) => async () => {
      made.push(sequence);
      await gate;
      if (sequence === 4) throw new Error('no picture');
      return Uint8Array.of(sequence);
    };
    for (const sequence of [1, 2, 3, 4]) feed.tile('yard', sequence, jpegOf(sequence));
    feed.tile('door', 9, jpegOf(9));
    expect(made).toEqual([1, 9]);
    open();
    await settle();
    expect(made).toEqual([1, 9, 4]);
    feed.tile('yard', 5, jpegOf(5));
    await settle();
    expect(listener.tiles.map(([camera, message]) => [camera, message.at(-1)])).toEqual([
      ['yard', 1],
      ['door', 9],
      ['yard', 5],
    ]);
  });
});
