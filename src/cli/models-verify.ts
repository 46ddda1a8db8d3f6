import type { Config } from '../config/config.ts';
import type { EngineInfo } from '../engine/engine.ts';
import { checkWeights, findWeights } from '../engine/models/model-presence.ts';
import { listModels, readManifest } from '../engine/models/model-store.ts';
import { UNVERIFIED } from '../engine/self-test/sanity-self-test.ts';
import { type ErrorCode, FramewatchError, messageOf } from '../util/errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openModelEngine } from './model-engine.ts';
import { readModelsConfig } from './models-settings.ts';

/** What came of one model. `skipped`: it is not here, and nobody named it. */
type Verdict = { readonly name: string } & (
  | {
      readonly state: 'passed';
      readonly engine: Pick<EngineInfo, 'backend' | 'device' | 'precision' | 'provider' | 'batchSizes' | 'selfTest' | 'fallback'>;
    }
  | { readonly state: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly state: 'skipped'; readonly message: string }
);

/**
 * `framewatch models verify [NAME]`: reads all files against their hashes and lets the engine that the daemon would start pass its self-test at every allowed
 * batch size. Without a name all models that are here. 0 when all passed.
 */
export async function modelsVerify(name: string | undefined, flag: string | undefined, asJson: boolean): Promise<ExitCode> {
  const config = readModelsConfig(flag);
  if (config === null) return EXIT.config;
  const verdicts: Verdict[] = [];
  for (const model of name === undefined ? listModels(config) : [name]) {
    if (process.stderr.isTTY) process.stderr.write(`… ${model}\n`);
    const verdict = await verify(model, config, name === undefined);
    verdicts.push(verdict);
    if (!asJson) print(verdict);
  }
  const ok = verdicts.every(({ state }) => state !== 'failed');
  if (asJson) process.stdout.write(`${JSON.stringify({ ok, models: verdicts }, null, 2)}\n`);
  return ok ? EXIT.ok : EXIT.fault;
}

async function verify(name: string, config: Config, skipsAbsent: boolean): Promise<Verdict> {
  try {
    const manifest = readManifest(name, config);
    const weights = findWeights(manifest);
    if (weights.state === 'to pull' && skipsAbsent) return { name, state: 'skipped', message: weights.reason };
    await checkWeights(manifest);
    const { modelsDir, stateDir, batching } = config;
    const opened = await openModelEngine(config, { model: name, modelsDir, stateDir, batchSizes: batching.allowedBatchSizes });
    await opened.close();
    const { backend, device, precision, provider, batchSizes, selfTest, fallback } = opened.info;
    const way = provider === undefined ? {} : { provider };
    return { name, state: 'passed', engine: { backend, device, precision, ...way, batchSizes, selfTest, fallback } };
  } catch (error) {
    return { name, state: 'failed', code: error instanceof FramewatchError ? error.code : 'INTERNAL', message: messageOf(error) };
  }
}

function print(verdict: Verdict): void {
  if (verdict.state === 'skipped') process.stdout.write(`${verdict.name}: skipped, ${verdict.message}\n`);
  else if (verdict.state === 'failed') process.stderr.write(`${verdict.name}: FAILED: ${verdict.code}: ${verdict.message}\n`);
  else {
    const { backend, device, precision, batchSizes, selfTest, fallback } = verdict.engine;
    const how = `on ${backend} (${device}, ${precision}) at batch sizes ${batchSizes.join(', ')}`;
    if (selfTest === 'golden')
      process.stdout.write(`${verdict.name}: passed: files as in the manifest, known pictures give the expected results ${how}\n`);
    else process.stdout.write(`${verdict.name}: files as in the manifest, and it computes ${how}, but it is ${UNVERIFIED}\n`);
    if (fallback !== null) process.stderr.write(`${verdict.name}: ${fallback}\n`);
  }
}
