import { describe, expect, it } from 'vitest';
import { cameraView } from '../../src/http/camera-view.ts';
import { exampleCamera } from '../helpers/http-stage.ts';

const verdict = (active: boolean) => ({
  camera: 'yard',
  at: '2026-01-01T00:00:00.000Z',
  sequence: 9,
  label: 'Porn',
  score: 0.9,
  top: [{ label: 'Porn', score: 0.9 }],
  regions: {
    full: { label: 'Porn', score: 0.9, top: [], heads: {}, rules: { unsafe: { active, score: 0.9, eventId: active ? 'x' : null } } },
    gate: { label: 'Neutral', score: 0.9, top: [], heads: {}, rules: {} },
  },
});

const config = {
  id: 'yard',
  name: 'Yard',
  enabled: true,
  url: 'rtsp://192.0.2.1/?token=query-secret',
  username: 'viewer-secret',
  password: null,
  liveUrl: 'rtsp://192.0.2.1/live-secret',
  transport: 'tcp',
  sampleFps: 2,
  decode: 'auto',
  maxLatencyMs: 500,
  weight: 1,
  frameWidth: 640,
  motion: { enabled: false, threshold: 0.01, refreshSeconds: 10 },
  regions: [],
  rules: [
    {
      id: 'unsafe',
      labels: ['Porn'],
      regions: ['full'],
      enter: 0.8,
      minFrames: 3,
      enterForMs: 0,
      exit: 0.6,
      offDelayMs: 1,
      cooldownMs: 1,
      maxDurationMs: 0,
      deviceClass: null,
    },
  ],
} as const;

const status = {
  cameraId: 'yard',
  state: 'authFailed',
  since: 0,
  error: { code: 'CAMERA_AUTH_FAILED', message: 'the camera refused', at: 1 },
  nextTryAt: 2,
  restarts: 3,
  codec: null,
  sourceWidth: null,
  sourceHeight: null,
  framesPerSecond: null,
  keyFrameIntervalMs: null,
  decode: 'all',
  decodeAgeMs: null,
} as const;

const bound = { feasible: false, smallestMs: 120, since: '2026-01-01T00:00:00.000Z', message: 'a bound that cannot be kept' };
const coverage = { state: 'blind', since: '2026-01-01T00:00:00.000Z', reason: 'offline' } as const;
const { framesReceived, framesClassified, receivedPerSecond, classifiedPerSecond, drops, deadlineMissed, latencyMs } = exampleCamera('x');
const numbers = { framesReceived, framesClassified, receivedPerSecond, classifiedPerSecond, drops, deadlineMissed, latencyMs };

describe('cameraView', () => {
  it('shows where a rule is active', () => {
    const rules = (active: boolean) => cameraView(config, true, status, verdict(active), bound, coverage, numbers).rules['unsafe'];
    expect(rules(true)).toEqual({ labels: ['Porn'], enter: 0.8, exit: 0.6, active: true, activeRegions: ['full'] });
    expect(rules(false)).toMatchObject({ active: false, activeRegions: [] });
  });

  it('is whole before the first verdict, with times as text', () => {
    const view = cameraView(config, false, status, null, bound, coverage, numbers);
    expect(view).toMatchObject({ enabled: false, label: null, top: [], regions: {}, state: 'authFailed', since: '1970-01-01T00:00:00.000Z' });
    expect(view).toMatchObject({ nextTryAt: '1970-01-01T00:00:00.002Z', error: { at: '1970-01-01T00:00:00.001Z' }, drops: {}, bound, coverage });
  });

  it('holds nothing of the address or the user', () => {
    const text = JSON.stringify(cameraView(config, true, status, verdict(true), bound, coverage, numbers));
    expect(text).not.toMatch(/secret|192\.0\.2\.1|rtsp/);
  });
});
