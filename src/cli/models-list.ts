import type { ModelManifest } from '../engine/manifest/manifest.ts';
import { findWeights } from '../engine/models/model-presence.ts';
import { listModels, type ModelFolders, readManifest } from '../engine/models/model-store.ts';
import { messageOf } from '../util/errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { readModelsConfig } from './models-settings.ts';
import { textTable } from './text-table.ts';

interface ListedModel {
  readonly name: string;
  readonly title: string | null;
  readonly architecture: string | null;
  readonly format: string | null;
  readonly labels: number;
  readonly inputSize: number | null;
  /** `ready`, `to pull`, `missing`, or `invalid`: its manifest is wrong. */
  readonly state: 'ready' | 'to pull' | 'missing' | 'invalid';
  /** Whether its manifest has expected results. */
  readonly verified: boolean;
  /** Why it is not ready. */
  readonly reason: string | null;
}

/** `framewatch models list`: every model in both folders. */
export function modelsList(flag: string | undefined, asJson: boolean): ExitCode {
  const config = readModelsConfig(flag);
  if (config === null) return EXIT.config;
  const models = listModels(config).map((name) => describe(name, config));
  if (asJson) {
    process.stdout.write(`${JSON.stringify({ models }, null, 2)}\n`);
    return EXIT.ok;
  }
  const rows = models.map(({ name, title, format, labels, inputSize, state, verified }) => [
    ...[name, title ?? '', format ?? '', labels === 0 ? '' : String(labels), inputSize === null ? '' : `${inputSize} × ${inputSize}`],
    state === 'ready' && !verified ? 'ready, unverified' : state,
  ]);
  process.stdout.write(`${textTable([['name', 'title', 'format', 'labels', 'input', 'state'], ...rows]).join('\n')}\n`);
  for (const { name, state, reason } of models) if (state === 'missing' || state === 'invalid') process.stdout.write(`\n${name}: ${reason ?? ''}\n`);
  return EXIT.ok;
}

function describe(name: string, folders: ModelFolders): ListedModel {
  let manifest: ModelManifest;
  try {
    manifest = readManifest(name, folders);
  } catch (error) {
    const nothing = { title: null, architecture: null, format: null, labels: 0, inputSize: null, verified: false } as const;
    return { name, ...nothing, state: 'invalid', reason: messageOf(error) };
  }
  const weights = findWeights(manifest);
  return {
    name,
    title: manifest.title,
    architecture: manifest.architecture,
    format: manifest.source.format,
    labels: manifest.labels.length,
    inputSize: manifest.inputSize,
    state: weights.state === 'here' ? 'ready' : weights.state,
    verified: manifest.selfTest !== null,
    reason: weights.state === 'here' ? null : weights.reason,
  };
}
