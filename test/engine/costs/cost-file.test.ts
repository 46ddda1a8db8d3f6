import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CostModel } from '../../../src/batching/cost-model.ts';
import { costFileOf, readCostFile, saveCosts } from '../../../src/engine/costs/cost-file.ts';
import { askedEngine, type CostRecord, costRecord } from '../../../src/engine/costs/cost-record.ts';
import { PuppetEngine } from '../../helpers/puppet-engine.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const ASKED = askedEngine({ backend: 'auto', device: 'auto', onUnavailable: 'fail', precision: 'auto', threads: 0 }, [1, 2]);

function record(over: Partial<CostRecord> = {}): CostRecord {
  const costs = new CostModel([1, 2], { 1: 70, 2: 141 });
  const key = { machine: 'CPU × 2', sha256: 'a'.repeat(64), int8: null, asked: ASKED };
  return { ...costRecord(key, new PuppetEngine().info, costs, 'warmUp', '2026-11-22T06:00:00.000Z'), ...over };
}

describe('the file of batch costs', () => {
  it('gives back what was saved, renewed by its like, and leaves no other file behind', async () => {
    const folder = temporaryDirectory();
    const file = costFileOf(folder);
    expect(readCostFile(file)).toEqual({ state: 'absent' });
    await saveCosts(file, record());
    const gpu = record({ ran: { ...record().ran, device: 'gpu' } });
    await saveCosts(file, gpu);
    const running = record({ from: 'running' });
    await saveCosts(file, running);
    expect(readCostFile(file)).toEqual({ state: 'read', records: [running, gpu] });
    expect(readdirSync(folder)).toEqual(['batch-costs.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is replaced whole when it is damaged or of another version', async () => {
    const file = costFileOf(temporaryDirectory());
    for (const text of ['{"format":1,"records":[', '{"format":1,"records":[]}']) {
      writeFileSync(file, text);
      await saveCosts(file, record());
      expect(readCostFile(file)).toEqual({ state: 'read', records: [record()] });
    }
  });

  it('says why it cannot be used, and never throws', () => {
    const folder = temporaryDirectory();
    const file = join(folder, 'costs.json');
    const reasonOf = (text: string) => {
      writeFileSync(file, text);
      const read = readCostFile(file);
      return read.state === 'unusable' ? read.reason : read.state;
    };
    expect(reasonOf('')).toBe('it is damaged');
    expect(reasonOf('null')).toBe('it is damaged');
    expect(reasonOf('{"format":7}')).toBe('another version of the program wrote it');
    expect(reasonOf(' '.repeat(300_000))).toBe('it is far too large');
    mkdirSync(join(folder, 'folder'));
    expect(readCostFile(join(folder, 'folder'))).toMatchObject({ state: 'unusable', reason: expect.stringContaining('cannot be read') });
    expect(readCostFile(join(file, 'below-a-file'))).toEqual({ state: 'absent' });
    const wrong: Record<string, unknown>[] = [
      { measuredAt: 'yesterday' },
      { from: 'hearsay' },
      { machine: 1 },
      { batchSizes: [2, 1] },
      { batchSizes: [] },
      { costMs: [70] },
      { costMs: [70, null] },
      { costMs: [70, 0] },
      { preprocessMs: -1 },
      { overheadMs: 1e9 },
      { ran: null },
      { asked: [] },
    ];
    for (const over of wrong) {
      const text = JSON.stringify({ format: 2, records: [{ ...record(), ...over }] });
      expect(reasonOf(text), JSON.stringify(over)).toBe('it is damaged');
    }
  });

  it('is never taken for a whole one when a byte of it is lost or changed, unless it reads as one', async () => {
    const file = costFileOf(temporaryDirectory());
    await saveCosts(file, record());
    const whole = readFileSync(file);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        writeFileSync(file, changed);
        const read = readCostFile(file);
        if (read.state === 'read') for (const { costMs, batchSizes } of read.records) expect(costMs).toHaveLength(batchSizes.length);
      }),
      { numRuns: 200 },
    );
  });
});
