import { expect, it } from 'vitest';
import { ConfigRecord } from '../../src/monitor/config-record.ts';
import { accepted } from '../config/sample.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const configured = accepted('mqtt: { username: me, password: needle-1 }\ncameras: { a: { url: "rtsp://u:needle-2@h/x?token=needle-3" } }');

it('shows what is in force without its logins, and how the newest reload ended', async () => {
  const clock = new VirtualClock(0, Date.UTC(2026, 0, 1));
  const record = new ConfigRecord(configured, clock);
  expect(record.view()).toMatchObject({ config: { mqtt: { password: '***' }, cameras: { a: { sampleFps: 2, password: '***' } } }, reload: null });
  expect(JSON.stringify(record.view())).not.toContain('needle');

  record.reloadEnded({ outcome: 'refused', problems: ['x.yaml:3: nonsense'] });
  expect(record.view().reload).toEqual({ at: '2026-01-01T00:00:00.000Z', outcome: 'refused', problems: ['x.yaml:3: nonsense'] });

  await clock.advance(1_000);
  record.applied(accepted('cameras: { b: { url: rtsp://h/y } }').cameras);
  record.reloadEnded({ outcome: 'applied', added: 1, removed: 1, restarted: 0, needRestart: ['http'], warnings: [] });
  const { config, reload } = record.view();
  expect(Object.keys(config['cameras'] as object)).toEqual(['b']);
  expect(config['instance']).toBe(configured.instance);
  expect(reload).toMatchObject({ at: '2026-01-01T00:00:01.000Z', outcome: 'applied', added: 1, needRestart: ['http'] });
});
