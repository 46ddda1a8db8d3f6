import type { Announced, AnnouncementStore } from './announcement-store.ts';
import type { Database } from './sqlite-database.ts';
import type { StoreThread } from './store-thread.ts';
import type { StoredSwitch, SwitchStore } from './switch-store.ts';

/** The daemon's side of the table `switches`. */
export function switchStore(thread: Pick<StoreThread, 'call'>): SwitchStore {
  return {
    all: async () => (await thread.call('switches', null)).switches,
    set: async (entry) => {
      await thread.call('setSwitch', entry);
    },
    remove: async (camera) => {
      await thread.call('removeSwitch', { camera });
    },
  };
}

/** The daemon's side of the table `announced`. */
export function announcementStore(thread: Pick<StoreThread, 'call'>): AnnouncementStore {
  return {
    all: async () => (await thread.call('announced', null)).announced,
    set: async (entry) => {
      await thread.call('setAnnounced', entry);
    },
    remove: async (name) => {
      await thread.call('removeAnnounced', { name });
    },
  };
}

export function selectSwitches(database: Database): readonly StoredSwitch[] {
  return database
    .rows('SELECT camera, enabled, configured FROM switches ORDER BY camera')
    .map((row) => ({ camera: String(row['camera']), enabled: row['enabled'] === 1, configured: row['configured'] === 1 }));
}

export function setSwitch(database: Database, { camera, enabled, configured }: StoredSwitch): void {
  const sql = 'INSERT OR REPLACE INTO switches (camera, enabled, configured) VALUES (?, ?, ?)';
  database.run(sql, [camera, Number(enabled), Number(configured)]);
}

export function removeSwitch(database: Database, camera: string): void {
  database.run('DELETE FROM switches WHERE camera = ?', [camera]);
}

export function selectAnnounced(database: Database): readonly Announced[] {
  return database
    .rows('SELECT name, content FROM announced ORDER BY name')
    .map((row) => ({ ...(JSON.parse(String(row['content'])) as Omit<Announced, 'name'>), name: String(row['name']) }));
}

export function setAnnounced(database: Database, { name, ...content }: Announced): void {
  database.run('INSERT OR REPLACE INTO announced (name, content) VALUES (?, ?)', [name, JSON.stringify(content)]);
}

export function removeAnnounced(database: Database, name: string): void {
  database.run('DELETE FROM announced WHERE name = ?', [name]);
}
