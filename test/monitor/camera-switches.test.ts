import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CameraSwitches } from '../../src/monitor/camera-switches.ts';
import type { StoredSwitch, SwitchStore } from '../../src/store/switch-store.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

/** The table, and a disk that can be full. */
class Table implements SwitchStore {
  readonly rows: Map<string, StoredSwitch> = new Map();
  isFull: boolean = false;

  all(): Promise<readonly StoredSwitch[]> {
    return Promise.resolve([...this.rows.values()]);
  }

  async set(entry: StoredSwitch): Promise<void> {
    this.#check();
    this.rows.set(entry.camera, entry);
  }

  async remove(camera: string): Promise<void> {
    this.#check();
    this.rows.delete(camera);
  }

  #check(): void {
    if (this.isFull) throw new FramewatchError('STORE_UNAVAILABLE', 'database or disk is full');
  }
}

async function begun(table: Table, cameras: readonly { id: string; enabled: boolean }[], clock: VirtualClock = new VirtualClock()) {
  const logger = recordingLogger();
  const switches = new CameraSwitches({ store: table, clock, logger });
  await switches.load(cameras);
  return { switches, clock, logger };
}

const on = { id: 'door', enabled: true };
const off = { id: 'door', enabled: false };

describe('CameraSwitches', () => {
  it('says what the file says until somebody switches, and over restarts what was switched', async () => {
    const table = new Table();
    const first = await begun(table, [on]);
    expect(first.switches.isOn(on)).toBe(true);
    expect(await first.switches.set(on, false)).toBe(true);
    expect(first.switches.isOn(on)).toBe(false);
    const second = await begun(table, [on]);
    expect(second.switches.isOn(on)).toBe(false);
    expect(await second.switches.set(on, true)).toBe(true);
    expect([second.switches.isOn(on), table.rows.size]).toEqual([true, 0]);
    expect((await begun(table, [off])).switches.isOn(off)).toBe(false);
  });

  it('lets a changed file win, over a reload and over a restart, and then knows nothing of the switch any more', async () => {
    const table = new Table();
    const first = await begun(table, [off]);
    await first.switches.set(off, true);
    first.switches.reconfigured([on]);
    expect(first.switches.isOn(on)).toBe(true);
    first.switches.reconfigured([off]);
    expect([first.switches.isOn(off), table.rows.size]).toEqual([false, 0]);
    await first.switches.set(off, true);
    await begun(table, [on]);
    expect(table.rows.size).toBe(0);
  });

  it('forgets the switch of a camera that has left the file, not that of another', async () => {
    const table = new Table();
    const yard = { id: 'yard', enabled: true };
    const { switches } = await begun(table, [on, yard]);
    await switches.set(on, false);
    await switches.set(yard, false);
    switches.reconfigured([yard]);
    expect([switches.isOn(on), switches.isOn(yard), [...table.rows.keys()]]).toEqual([true, false, ['yard']]);
  });

  it('is in force on a full disk, says so, and stores the newest word when there is room again', async () => {
    const table = new Table();
    const { switches, clock, logger } = await begun(table, [on]);
    table.isFull = true;
    expect(await switches.set(on, false)).toBe(false);
    expect(switches.isOn(on)).toBe(false);
    expect(await switches.set(on, true)).toBe(false);
    expect(await switches.set(on, false)).toBe(false);
    expect(await switches.set(on, false)).toBe(false);
    await clock.advance(20_000);
    expect(table.rows.size).toBe(0);
    expect(logger.lines.filter(({ level }) => level === 'warn').length).toBeLessThanOrEqual(5);
    table.isFull = false;
    await clock.advance(5_000);
    expect(table.rows.get('door')).toEqual({ camera: 'door', enabled: false, configured: true });
    expect(await switches.set(on, false)).toBe(true);
    switches.close();
  });

  it('answers although the disk hangs, that it is not stored', async () => {
    const table = new Table();
    const { switches, clock } = await begun(table, [on]);
    table.set = () => new Promise(() => undefined);
    const answer = switches.set(on, false);
    expect(switches.isOn(on)).toBe(false);
    await clock.advance(2_000);
    expect(await answer).toBe(false);
    switches.close();
  });

  it('agrees with one sentence: the newer of the last switch and the last change of the file', async () => {
    const step = fc.record({ who: fc.constantFrom('operator', 'file', 'restart'), enabled: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 20 }), async (first, steps) => {
        const table = new Table();
        let configured = first;
        let wanted = first;
        let { switches } = await begun(table, [{ id: 'door', enabled: configured }]);
        for (const { who, enabled } of steps) {
          if (who === 'operator') {
            await switches.set({ id: 'door', enabled: configured }, enabled);
            wanted = enabled;
          } else {
            // A file that says the same as before is no news.
            if (who === 'file' && enabled !== configured) {
              configured = enabled;
              wanted = enabled;
            }
            const cameras = [{ id: 'door', enabled: configured }];
            if (who === 'file') switches.reconfigured(cameras);
            else ({ switches } = await begun(table, cameras));
          }
          expect(switches.isOn({ id: 'door', enabled: configured })).toBe(wanted);
        }
      }),
    );
  });
});
