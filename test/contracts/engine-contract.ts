import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend, BackendOptions, LocalModel, OpenBackend } from '../../src/engine/backend.ts';
import { hasCode } from '../../src/util/errors.ts';

/** What every implementation is tried on: a model and pictures about which the reference has spoken. */
export interface ContractSubject {
  readonly model: LocalModel;
  /** Six or more, `inputSize² × 3` bytes each. */
  readonly pictures: readonly Uint8Array[];
  /** What the reference backend says about them. */
  readonly probabilities: readonly Float32Array[];
  readonly features: readonly Float32Array[];
}

/** Largest distance of a probability from the reference's. */
const TOLERANCE = 0.001;
/** A picture's result may depend on its batch only in the last digits: kernels add up in another order. */
const SAME = 1e-5;

const OPTIONS: BackendOptions = { device: 'cpu', threads: 2, features: true };

/**
 * The contract of `Backend`, one suite for all of them. A backend whose package is not installed is skipped with the reason that it
 * gives itself; any other fault fails.
 */
export function describeBackend(name: string, open: OpenBackend, prepare: () => Promise<ContractSubject>): void {
  describe(`${name} keeps the backend contract`, () => {
    let subject: ContractSubject;
    let backend: Backend | undefined;
    let unavailable = '';

    beforeAll(async () => {
      subject = await prepare();
      try {
        backend = await open(subject.model, OPTIONS);
      } catch (error) {
        if (!hasCode(error, 'ENGINE_BACKEND_UNAVAILABLE')) throw error;
        unavailable = error.message;
      }
    });
    afterAll(() => backend?.close());

    /** A test that is skipped, with the reason, where the backend cannot be loaded. */
    const promises = (title: string, check: (backend: Backend) => Promise<void>) => {
      it(title, async ({ skip }) => {
        if (backend === undefined) return skip(unavailable);
        await check(backend);
      });
    };

    promises('says what the reference says: the same top label, probabilities within 0.001, features alike', async (opened) => {
      for (const [index, picture] of subject.pictures.entries()) {
        const { probabilities, features } = await opened.run(picture, 1);
        const expected = at(subject.probabilities, index);
        expect(top(probabilities), `picture ${index}`).toBe(top(expected));
        expect(distance(probabilities, expected), `picture ${index}`).toBeLessThan(TOLERANCE);
        expect(distance(features ?? new Float32Array(), at(subject.features, index))).toBeLessThan(TOLERANCE * 10);
      }
    });

    promises('gives rows that add up to 1, and one row of features a picture', async (opened) => {
      const { labels, featureSize } = subject.model;
      const output = await opened.run(Buffer.concat(subject.pictures.slice(0, 2)), 2);
      expect(output.probabilities).toHaveLength(2 * labels.length);
      expect(output.features).toHaveLength(2 * (featureSize ?? 0));
      for (const row of rows(output.probabilities, labels.length)) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    });

    promises('leaves features out of a batch that does not want them', async (opened) => {
      expect((await opened.run(at(subject.pictures, 0), 1, false)).features).toBeNull();
    });

    promises('makes no difference between a batch of n and n batches of one', async (opened) => {
      const batch = subject.pictures.slice(0, 4);
      const together = rows((await opened.run(Buffer.concat(batch), batch.length)).probabilities, subject.model.labels.length);
      for (const [index, picture] of batch.entries())
        expect(distance(at(together, index), (await opened.run(picture, 1)).probabilities)).toBeLessThan(SAME);
    });

    promises('is not moved by padding', async (opened) => {
      const picture = at(subject.pictures, 0);
      const padded = await opened.run(Buffer.concat([picture, new Uint8Array(picture.length)]), 2);
      const alone = await opened.run(picture, 1);
      expect(distance(at(rows(padded.probabilities, subject.model.labels.length), 0), alone.probabilities)).toBeLessThan(SAME);
    });

    promises('does not change the pixels it is given', async (opened) => {
      const pixels = Uint8Array.from(at(subject.pictures, 1));
      await opened.run(pixels, 1);
      expect(Buffer.compare(pixels, at(subject.pictures, 1))).toBe(0);
    });

    promises('refuses a batch of another size than its pixels', async (opened) => {
      const picture = at(subject.pictures, 0);
      await expect(opened.run(picture.subarray(3), 1)).rejects.toMatchObject({ code: 'ENGINE_INFERENCE_FAILED' });
      await expect(opened.run(picture, 2)).rejects.toMatchObject({ code: 'ENGINE_INFERENCE_FAILED' });
      await expect(opened.run(new Uint8Array(), 0)).rejects.toMatchObject({ code: 'ENGINE_INFERENCE_FAILED' });
    });

    promises('tells what it is', async (opened) => {
      expect(opened).toMatchObject({ name, device: 'cpu', precision: 'float32' });
      expect(opened.threads).toBeGreaterThanOrEqual(1);
    });

    promises('gives no features when none are wanted, but to a batch that asks for them; closes twice, runs no more', async () => {
      const plain = await open(subject.model, { ...OPTIONS, features: false });
      const picture = at(subject.pictures, 0);
      const without = await plain.run(picture, 1);
      expect(without.features).toBeNull();
      const asked = await plain.run(picture, 1, true);
      expect(distance(asked.features ?? new Float32Array(), at(subject.features, 0))).toBeLessThan(TOLERANCE * 10);
      expect(distance(asked.probabilities, without.probabilities)).toBeLessThan(SAME);
      expect((await plain.run(picture, 1)).features).toBeNull();
      await plain.close();
      await plain.close();
      await expect(plain.run(at(subject.pictures, 0), 1)).rejects.toMatchObject({ code: 'ENGINE_INFERENCE_FAILED' });
    });
  });
}

function rows(values: Float32Array, length: number): readonly Float32Array[] {
  return Array.from({ length: values.length / length }, (_, row) => values.subarray(row * length, (row + 1) * length));
}

/** Infinite for arrays of different lengths. */
export function distance(one: Float32Array, other: Float32Array): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return one.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (other[index] ?? Number.NaN))), 0);
}

function top(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
