import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CostModel } from '../../src/batching/cost-model.ts';
import { checkBounds } from '../../src/cli/bound-check.ts';
import { surroundings } from '../../src/cli/surroundings.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { costFileOf, saveCosts } from '../../src/engine/costs/cost-file.ts';
import { askedEngine, costRecord } from '../../src/engine/costs/cost-record.ts';
import type { EngineInfo } from '../../src/engine/engine.ts';
import { readManifest } from '../../src/engine/models/model-store.ts';
import { machineName } from '../../src/util/machine.ts';
import { Redactor } from '../../src/util/redactor.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const YAML = `cameraDefaults:
  maxLatencyMs: 60
cameras:
  inherits: { url: rtsp://h/1 }
  own: { url: rtsp://h/2, maxLatencyMs: 50 }
  patient: { url: rtsp://h/3, maxLatencyMs: 200 }
  regions:
    url: rtsp://h/4
    maxLatencyMs: 200
    regions: { a: { crop: [0, 0, 1, 0.5] }, b: { crop: [0, 0.5, 1, 0.5] }, full: {} }
  off: { url: rtsp://h/5, enabled: false, maxLatencyMs: 10 }
`;

function stage(yaml: string = YAML) {
  const stateDir = temporaryDirectory();
  const result = parseConfig(`${yaml}stateDir: ${stateDir}\n`, { ...surroundings(new Redactor()), file: '/etc/f.yaml', folder: '/etc' });
  if (!result.ok) throw new Error(result.errors.map(formatProblem).join('\n'));
  const { config, boundPlaces } = result;
  const { weightsSha256: sha256 } = readManifest(config.model, config);
  const ran = { model: config.model, backend: 'onnx', device: 'cpu', precision: 'float32', threads: 2 } as EngineInfo;
  const measure = (machine: string = machineName(), costMs: Record<number, number> = { 1: 70, 2: 140 }) => {
    const key = { machine, sha256, int8: null, asked: askedEngine(config.engine, config.batching.allowedBatchSizes) };
    return saveCosts(costFileOf(stateDir), costRecord(key, ran, new CostModel([1, 2], costMs), 'running', '2026-11-22T06:00:00.000Z'));
  };
  const check = () => checkBounds(config, boundPlaces);
  return { measure, check, stateDir };
}

describe('checkBounds', () => {
  it('warns of each bound that cannot be kept, where it stands', async () => {
    const { measure, check } = stage();
    await measure();
    const { costs, warnings } = check();
    expect(warnings.map((one) => formatProblem(one).replace(/takes up to.*/, '…'))).toEqual([
      '/etc/f.yaml:2:17: cameraDefaults.maxLatencyMs: inherits: a bound of 60 ms cannot be kept: a frame …',
      '/etc/f.yaml:5:41: cameras.own.maxLatencyMs: own: a bound of 50 ms cannot be kept: a frame …',
      '/etc/f.yaml:9:19: cameras.regions.maxLatencyMs: regions: a bound of 200 ms cannot be kept: a frame with its 3 regions …',
    ]);
    expect(warnings.every(({ code }) => code === 'BOUND_INFEASIBLE')).toBe(true);
    expect(warnings[1]?.message).toContain('raise maxLatencyMs to 90 or more');
    expect(costs).toMatchObject({
      state: 'used',
      message: expect.stringMatching(
        /^bounds below 75 ms cannot be kept here, and decoding comes on top: measured 2026-11-22T06:00:00.000Z while it ran, on onnx/,
      ),
      measured: { smallestBoundMs: 74.5, measuredAt: '2026-11-22T06:00:00.000Z', from: 'running', costMs: [70, 140] },
    });
  });

  it('points to the camera when the bound is the program’s default', async () => {
    const { measure, check } = stage('cameras:\n  slow: { url: rtsp://h/1 }\n');
    await measure(machineName(), { 1: 600, 2: 1200 });
    expect(check().warnings.map(formatProblem)[0]).toMatch(/^\/etc\/f\.yaml:2:\d+: cameras\.slow: slow: a bound of 500 ms cannot be kept/);
  });

  it('knows nothing before a daemon has run', () => {
    const { costs, warnings } = stage().check();
    expect([costs.state, costs.measured, warnings]).toEqual(['absent', null, []]);
    expect(costs.message).toContain('once the daemon has run');
  });

  it('ignores what was measured elsewhere, or is damaged, with a word', async () => {
    const { measure, check, stateDir } = stage();
    await measure('a bigger machine');
    expect(check()).toMatchObject({
      costs: { state: 'ignored', measured: null, message: expect.stringContaining('another machine (a bigger machine)') },
      warnings: [],
    });
    writeFileSync(costFileOf(stateDir), '{');
    expect(check()).toMatchObject({ costs: { state: 'ignored', message: expect.stringContaining('it is damaged') }, warnings: [] });
  });
});
