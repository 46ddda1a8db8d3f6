import { describe, expect, it, onTestFinished } from 'vitest';
import type { Announced } from '../../src/store/announcement-store.ts';
import { announcementStore, switchStore } from '../../src/store/kept-tables.ts';
import { MIGRATIONS } from '../../src/store/schema.ts';
import { openDatabase } from '../../src/store/sqlite-database.ts';
import { StoreThread } from '../../src/store/store-thread.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

async function open(stateDir: string) {
  const thread = new StoreThread({ stateDir, instance: 'test', logger: silentLogger, clock: new VirtualClock() });
  onTestFinished(() => thread.close(1_000));
  await thread.open();
  return { thread, switches: switchStore(thread), announcements: announcementStore(thread) };
}

const HOSTILE = "it's; DROP TABLE switches --";

describe('what is kept on disk', () => {
  it('are switches: the newest of each camera, over restarts', async () => {
    const stateDir = temporaryDirectory();
    const first = await open(stateDir);
    await first.switches.set({ camera: 'door', enabled: false, configured: true });
    await first.switches.set({ camera: 'door', enabled: true, configured: false });
    await first.switches.set({ camera: HOSTILE, enabled: false, configured: true });
    await first.switches.set({ camera: 'gone', enabled: false, configured: true });
    await first.switches.remove('gone');
    await first.switches.remove('never there');
    await first.thread.close(1_000);
    const second = await open(stateDir);
    expect(await second.switches.all()).toEqual([
      { camera: 'door', enabled: true, configured: false },
      { camera: HOSTILE, enabled: false, configured: true },
    ]);
  });

  it('are announcements, as they were given', async () => {
    const stateDir = temporaryDirectory();
    const door: Announced = {
      name: 'door',
      topics: ['a/door/state'],
      discoveryTopic: 'ha/device/x_door/config',
      components: { 'rule.a.b': 'binary_sensor' },
    };
    const first = await open(stateDir);
    await first.announcements.set({ ...door, topics: [] });
    await first.announcements.set(door);
    await first.announcements.set({ ...door, name: 'gone', discoveryTopic: null });
    await first.announcements.remove('gone');
    await first.thread.close(1_000);
    expect(await (await open(stateDir)).announcements.all()).toEqual([door]);
  });

  it('finds its tables in a database of an earlier version', async () => {
    const stateDir = temporaryDirectory();
    const file = openDatabase(`${stateDir}/history.db`, 1_000);
    const version = MIGRATIONS.findIndex((script) => script.includes('switches'));
    for (const script of MIGRATIONS.slice(0, version)) file.script(script);
    file.script("INSERT INTO meta (key, value) VALUES ('storeId', 'old'); INSERT INTO sqlite_sequence (name, seq) VALUES ('events', 3)");
    file.script(`PRAGMA user_version = ${version}`);
    file.close();
    expect(await (await open(stateDir)).switches.all()).toEqual([]);
  });
});
