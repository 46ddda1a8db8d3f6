import { describe, expect, it } from 'vitest';
import { Announcements } from '../../src/monitor/announcements.ts';
import type { Announced, AnnouncementStore } from '../../src/store/announcement-store.ts';
import { FramewatchError } from '../../src/util/errors.ts';
import { aRule, FACTS } from '../helpers/discovery.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { cameraConfig } from '../helpers/stream-cameras.ts';

class Table implements AnnouncementStore {
  readonly rows: Map<string, Announced> = new Map();
  isFull: boolean = false;

  async all(): Promise<readonly Announced[]> {
    return [...this.rows.values()];
  }

  async set(entry: Announced): Promise<void> {
    if (this.isFull) throw new FramewatchError('STORE_UNAVAILABLE', 'database or disk is full');
    this.rows.set(entry.name, entry);
  }

  async remove(name: string): Promise<void> {
    this.rows.delete(name);
  }
}

function begun(table: Table, { discovery = true } = {}) {
  const logger = recordingLogger();
  const sent: { topic: string; payload: string; acknowledged: () => void }[] = [];
  const publisher = { announce: (topic: string, payload: string, acknowledged: () => void) => void sent.push({ topic, payload, acknowledged }) };
  const announcements = new Announcements({ store: table, publisher, facts: FACTS, discovery, logger });
  /** What was announced since the last look. */
  const take = () => sent.splice(0);
  const acknowledge = async (some: ReturnType<typeof take>) => {
    for (const { acknowledged } of some) acknowledged();
    await Promise.resolve();
  };
  return { announcements, take, acknowledge, logger };
}

const camera = (id: string, ...rules: readonly string[]) => cameraConfig({ id, rules: rules.map((rule) => aRule(rule)) });
const device = (name: string) => `homeassistant/device/framewatch${name === 'bridge' ? '' : `_${name}`}/config`;

describe('Announcements', () => {
  it('announces the daemon and each camera, and remembers before it does', async () => {
    const table = new Table();
    const { announcements, take } = begun(table);
    await announcements.update([camera('yard', 'a')]);
    expect(take().map(({ topic }) => topic)).toEqual([device('bridge'), device('yard')]);
    expect([...table.rows.keys()]).toEqual(['bridge', 'yard']);
    expect(table.rows.get('yard')?.topics).toContain('framewatch/yard/state');
  });

  it('takes back a camera and a rule that left while nobody ran, and forgets them when the broker has taken that', async () => {
    const table = new Table();
    await begun(table).announcements.update([camera('yard', 'a', 'b'), camera('door')]);
    const { announcements, take, acknowledge } = begun(table);
    await announcements.update([camera('yard', 'a')]);
    const sent = take();
    const emptied = sent.filter(({ payload }) => payload === '').map(({ topic }) => topic);
    expect(emptied).toEqual([device('door'), ...FACTS.topics.retained('door')]);
    const yard = () => table.rows.get('yard')?.components ?? {};
    expect(JSON.parse(sent.find(({ topic }) => topic === device('yard'))?.payload ?? '{}')).toMatchObject({
      components: { 'rule.b.full': { platform: 'binary_sensor' } },
    });
    await acknowledge(sent.slice(0, -1));
    expect([table.rows.has('door'), 'rule.b.full' in yard()]).toEqual([false, true]);
    await acknowledge(sent);
    expect('rule.b.full' in yard()).toBe(false);
    // What is said again after that changes nothing any more.
    await acknowledge(sent);
    await announcements.update([camera('yard', 'a')]);
    expect(take().at(-1)?.payload).not.toContain('rule.b.full');
  });

  it('keeps what it remembers when the broker takes back only a part, and tries again at the next start', async () => {
    const table = new Table();
    await begun(table).announcements.update([camera('door')]);
    const second = begun(table);
    await second.announcements.update([]);
    await second.acknowledge(second.take().slice(0, 3));
    expect(table.rows.has('door')).toBe(true);
    const third = begun(table);
    await third.announcements.update([]);
    expect(third.take().filter(({ payload }) => payload === '')).toHaveLength(7);
  });

  it('does not take the answer to an old plan for one to the newest', async () => {
    const table = new Table();
    const { announcements, take, acknowledge } = begun(table);
    await announcements.update([camera('door')]);
    await announcements.update([]);
    const leaving = take();
    await announcements.update([camera('door')]);
    await acknowledge(leaving);
    expect(table.rows.has('door')).toBe(true);
  });

  it('takes the devices back when discovery is off, and leaves the topics of running cameras alone', async () => {
    const table = new Table();
    await begun(table).announcements.update([camera('yard')]);
    const { announcements, take, acknowledge } = begun(table, { discovery: false });
    await announcements.update([camera('yard')]);
    const sent = take();
    expect(sent.map(({ topic, payload }) => [topic, payload])).toEqual([
      [device('bridge'), ''],
      [device('yard'), ''],
    ]);
    await acknowledge(sent);
    expect(table.rows.get('yard')).toMatchObject({ discoveryTopic: null, components: {} });
  });

  it('announces although the disk is full, and says what that may cost', async () => {
    const table = new Table();
    table.isFull = true;
    const { announcements, take, logger } = begun(table);
    await announcements.update([camera('yard')]);
    expect(take()).toHaveLength(2);
    expect(logger.lines.some(({ message }) => message.includes('may stay announced'))).toBe(true);
  });
});
