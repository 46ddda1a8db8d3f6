import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Slot } from '../../src/batching/slot.ts';
import { SlotRegistry } from '../../src/batching/slot-registry.ts';
import { frameAt, spec } from './frames.ts';

describe('SlotRegistry', () => {
  it('finds slots by camera and region, and gives ordinals back', () => {
    const slots = new SlotRegistry();
    const full = slots.add(spec('a'));
    const gate = slots.add(spec('a', { region: 'gate' }));
    slots.add(spec('b'));
    expect(slots.get('a', 'gate')).toBe(gate);
    expect(slots.of('a', undefined)).toEqual([full, gate]);
    expect(slots.of('a', 'gate')).toEqual([gate]);
    slots.remove(gate);
    slots.remove(gate);
    expect(slots.size).toBe(2);
    expect(slots.get('a', 'gate')).toBeUndefined();
    expect(slots.add(spec('c')).ordinal).toBe(gate.ordinal);
    expect(new Set([...slots].map((slot) => slot.ordinal)).size).toBe(3);
  });

  it('numbers its slots below the most that ever lived at one time', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(50)), { maxLength: 200 }), (moves) => {
        const slots = new SlotRegistry();
        const alive: Slot[] = [];
        let most = 0;
        moves.forEach(([comes, which], index) => {
          if (comes) alive.push(slots.add(spec(`c${index}`)));
          else for (const slot of alive.splice(which, 1)) slots.remove(slot);
          most = Math.max(most, alive.length);
          expect(new Set(alive.map((slot) => slot.ordinal)).size).toBe(alive.length);
          expect(Math.max(-1, ...alive.map((slot) => slot.ordinal))).toBeLessThan(most);
        });
        expect([...slots]).toEqual(alive);
      }),
    );
  });

  it('knows how much time frames leave, less what decoding uses, and how often', () => {
    const slots = new SlotRegistry();
    const put = (id: string, maxLatencyMs: number, receivedMono: readonly number[], decodedAfterMs: number) => {
      const slot = slots.add(spec(id, { maxLatencyMs }));
      for (const at of receivedMono) slot.put(frameAt(at), at + decodedAfterMs);
    };
    put('hopeless', 20, [0, 100], 0);
    put('door', 100, [0, 200], 15);
    put('gate', 101, [0, 200], 15);
    put('yard', 500, [0, 400], 15);
    put('new', 800, [], 0);
    const hurries = slots.hurries(40);
    expect(hurries.map(({ share }) => share)).toEqual([0.01 / 0.0225, 0.0025 / 0.0225, 0]);
    for (const [index, room] of [85, 485, 800].entries()) {
      expect(hurries[index]?.roomMs).toBeLessThanOrEqual(room);
      expect(hurries[index]?.roomMs).toBeGreaterThan(room / 1.05);
    }
    expect(slots.hurries(1_000)).toEqual([]);
  });
});
