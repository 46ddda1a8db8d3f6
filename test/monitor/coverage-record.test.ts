import { describe, expect, it } from 'vitest';
import { coverageReport } from '../../src/http/coverage-report.ts';
import { CoverageRecord } from '../../src/monitor/coverage-record.ts';
import { CoverageWorld, camera } from '../helpers/coverage-world.ts';

const START = Date.UTC(2026, 10, 22, 10);

describe('CoverageRecord', () => {
  it('begins blind, watches from the first frame that is judged, and is blind from the last one on', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.source('door', 'backingOff');
    world.source('door', 'offline');
    world.run(30_000, 1000);
    world.watch('door', 5_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind offline 59.9', 'watching 90.4']);
    expect(world.published.map(({ state, reason }) => [state, reason])).toEqual([
      ['blind', 'start'],
      ['watching', null],
      ['blind', 'offline'],
      ['watching', null],
    ]);
    expect(world.published[2]).toEqual({ camera: 'door', state: 'blind', since: '2026-11-22T10:00:59.920Z', reason: 'offline' });
    expect(world.changed).toEqual(['door', 'door', 'door']);
    expect(world.record.of('door')).toMatchObject({ state: 'watching' });
    expect(world.record.of('nobody')).toBeNull();
  });

  it('goes on after an end in order: blind: shutdown until somebody watches again', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.record.close();
    world.record.close();
    world.clock.pass(3_600_000);
    await world.start([camera('door')]);
    world.run(5_000, 1000);
    world.watch('door', 1_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind shutdown 59.9', 'watching 3665.4']);
  });

  it('leaves the record as it was when it is closed while it starts', async () => {
    const world = await begun();
    world.watch('door', 67_000);
    world.clock.pass(3_600_000);
    const published = world.published.length;
    const starting = world.start([camera('door')]);
    world.record.close();
    await starting;
    world.run(30_000, 1000);
    expect(world.published).toHaveLength(published);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4']);
    // Nobody watched after the crash, which the next start has to be able to tell.
    await world.start([camera('door')]);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind crash 60']);
  });

  it('says what a crash left open: what held until the daemon was last known to live, then blind: crash', async () => {
    const world = await begun();
    world.watch('door', 67_000);
    world.clock.pass(3_600_000);
    await world.start([camera('door')]);
    expect(world.record.of('door')).toEqual({ state: 'blind', since: '2026-11-22T10:01:00.000Z', reason: 'crash' });
    world.watch('door', 1_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind crash 60', 'watching 3667.4']);
    // Died twice before anybody watched: one hole.
    const again = await begun();
    again.clock.pass(60_000);
    await again.start([camera('door')]);
    again.clock.pass(60_000);
    await again.start([camera('door')]);
    expect(again.told('door', START)).toEqual(['blind crash 0']);
  });

  it('ends the record of a camera that is no longer configured, removed now or while the daemon was down', async () => {
    const world = new CoverageWorld(START);
    await world.start([camera('door'), camera('yard')]);
    world.watch('door', 60_000);
    world.record.leave('door');
    world.record.leave('door');
    world.record.judged('door', 'full', world.clock.mono);
    world.run(10_000, 1000);
    world.record.close();
    world.clock.pass(50_000);
    await world.start([camera('door')]);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'null 60', 'blind start 120']);
    expect(world.told('yard', START)).toEqual(['blind start 0', 'blind shutdown 70', 'null 120']);
    const changes = await world.record.query({ sinceMs: START, untilMs: START + 120_000 });
    const [door] = coverageReport(changes === 'tooMany' ? [] : changes, { sinceMs: START, untilMs: START + 120_000, nowMs: world.record.now() });
    expect(door?.totalsMs).toEqual({ watching: 59_580, reduced: 0, blind: 420, unknown: 60_000 });
  });

  it('knows a camera that is switched off at once, and takes it up again', async () => {
    const world = new CoverageWorld(START);
    await world.start([camera('door', { enabled: false })]);
    expect(world.record.of('door')).toMatchObject({ state: 'blind', reason: 'disabled' });
    world.run(60_000, 1000);
    world.record.enter(camera('door'));
    expect(world.record.of('door')).toMatchObject({ state: 'blind', reason: 'reload', since: '2026-11-22T10:01:00.000Z' });
    world.run(1_000, 1000);
    world.watch('door', 10_000);
    world.record.enter(camera('door', { enabled: false }));
    expect(world.told('door', START)).toEqual(['blind disabled 0', 'blind reload 60', 'watching 61.4', 'blind disabled 70.9']);
  });

  it('says nothing of a reload that is over before the limit, and blind: reload of one that is not', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.record.enter(camera('door', { maxLatencyMs: 600 }));
    world.source('door', 'connecting');
    world.run(8_000, 1000);
    world.watch('door', 60_000);
    world.record.enter(camera('door', { maxLatencyMs: 700 }));
    world.source('door', 'connecting');
    world.run(15_000, 1000);
    world.watch('door', 2_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind reload 127.9', 'watching 143.4']);
  });

  it('stays blind for the time in which a region was not judged that is no longer asked for', async () => {
    const world = new CoverageWorld(START);
    const regions = ['full', 'gate'].map((id) => ({ id, crop: null, heads: [] }));
    await world.start([camera('door', { regions })]);
    world.watch('door', 60_000);
    world.record.enter(camera('door'));
    world.watch('door', 5_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'blind engine 11', 'watching 60']);
  });

  it('is blind: engine while the engine is away, and silent about a short absence', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.record.engine(false);
    world.run(9_000, 1000);
    world.record.engine(true);
    world.watch('door', 60_000);
    world.record.engine(false);
    world.run(14_000, 1000);
    world.record.engine(true);
    world.watch('door', 2_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind engine 128.9', 'watching 143.4']);
    // One that is taken up meanwhile knows it, too.
    world.record.engine(false);
    world.record.enter(camera('yard'));
    expect(world.record.of('yard')).toMatchObject({ state: 'blind', reason: 'engine' });
  });

  it('is blind for the time in which the process stood still or the machine slept', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.clock.pass(120_000);
    world.watch('door', 60_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind suspended 59.9', 'watching 180.4']);
    world.clock.wall += 3_600_000;
    world.watch('door', 60_000);
    expect(world.told('door', START).slice(4)).toEqual(['blind suspended 239.9', 'watching 3840.4']);
  });

  it('keeps the order of things when the clock is set back, and meets it again at half speed', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.clock.wall -= 60_000;
    world.watch('door', 60_000);
    expect(world.record.now() - START).toBe(90_000);
    world.source('door', 'offline');
    world.run(80_000, 1000);
    expect(world.record.now() - START).toBe(140_000);
    expect(world.clock.wall - START).toBe(140_000);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind offline 89.9']);
    // Also at a start, and however far: a clock without a battery begins in 1970.
    world.record.close();
    world.clock.wall = 0;
    await world.start([camera('door')]);
    expect(world.record.now() - START).toBe(140_000);
    world.clock.wall = START + 600_000;
    world.watch('door', 2_000);
    expect(world.told('door', START).slice(2)).toEqual(['blind offline 89.9', 'blind shutdown 140', 'watching 600.4']);
  });

  it('begins again within a leap of years that is taken back', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    world.clock.wall += 4_000 * 86_400_000;
    world.watch('door', 60_000);
    world.source('door', 'offline');
    world.run(20_000, 1000);
    world.clock.wall -= 4_000 * 86_400_000;
    world.run(2_000, 1000);
    expect(world.record.now()).toBe(world.clock.wall);
    expect(world.told('door', START)).toEqual(['blind start 0', 'watching 0.4', 'blind suspended 59.9', 'blind offline 141']);
    expect(world.record.of('door')).toMatchObject({ reason: 'offline', since: '2026-11-22T10:02:21.000Z' });
  });

  it('beats every ten seconds, and tells a store that began anew how things stand', async () => {
    const world = await begun();
    world.watch('door', 60_000);
    const alive = world.store.aliveMs ?? 0;
    expect(world.clock.wall - alive).toBeLessThanOrEqual(10_000);
    world.store.entries.clear();
    world.storeId = 'store-2';
    world.run(10_000, 500, () => world.judge('door'));
    expect(world.told('door', START)).toEqual(['watching 0.4']);
  });

  it('keeps nothing and tells nothing after its end', async () => {
    const world = await begun();
    world.watch('door', 10_000);
    world.record.close();
    const said = world.published.length;
    world.source('door', 'offline');
    world.clock.wall += 7_200_000;
    world.run(60_000, 1000, () => world.judge('door'));
    expect(world.record.now()).toBeGreaterThan(START);
    expect(world.published).toHaveLength(said);
  });

  it('closes in order when the start is broken off before any camera is taken up', async () => {
    const world = new CoverageWorld(START);
    await world.record.start(['door']);
    world.run(3_000, 1000);
    world.record.close();
    expect(world.told('door', START)).toEqual(['blind start 0', 'blind shutdown 3']);
    expect(world.record).toBeInstanceOf(CoverageRecord);
  });
});

async function begun(): Promise<CoverageWorld> {
  const world = new CoverageWorld(START);
  await world.start([camera('door')]);
  return world;
}
