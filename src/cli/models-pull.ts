import { existsSync } from 'node:fs';
import { downloadFile } from '../engine/models/model-download.ts';
import { placeInWords } from '../engine/models/model-place.ts';
import { findWeights } from '../engine/models/model-presence.ts';
import { readManifest } from '../engine/models/model-store.ts';
import { UNVERIFIED } from '../engine/self-test/sanity-self-test.ts';
import { systemClock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import { DownloadBar } from './download-bar.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { readModelsConfig } from './models-settings.ts';
import { terminationSignal } from './signals.ts';

export interface PullOptions {
  readonly config?: string;
  /** An address or a file that is used in place of those of the manifest. */
  readonly from?: string;
  readonly json?: boolean;
}

/** A server that says nothing for so long is given up, ms. */
const STALL_MS = 30_000;

/** `framewatch models pull NAME`: fetches the weights that a manifest names into `<stateDir>/models/NAME`. */
export async function modelsPull(name: string, options: PullOptions): Promise<ExitCode> {
  const config = readModelsConfig(options.config);
  if (config === null) return EXIT.config;
  const ending = new AbortController();
  void terminationSignal().then((signal) =>
    ending.abort(new FramewatchError('MODEL_DOWNLOAD_FAILED', `ended by ${signal}; what came is kept, the next pull goes on with it`)),
  );
  const bar = new DownloadBar(systemClock, process.stderr);
  try {
    const manifest = readManifest(name, config);
    const { weightsSha256, selfTest } = manifest;
    const { place } = manifest.source;
    if (place.kind !== 'pulled') {
      const weights = findWeights(manifest);
      if (weights.state !== 'here') throw new FramewatchError('MODEL_NOT_FOUND', `${weights.reason}, and the manifest has no address to pull from`);
      tell(options, { name, state: 'present', source: placeInWords(place) }, `nothing to pull: ${name} comes with ${placeInWords(place)}`);
      return EXIT.ok;
    }
    // The one that is looked at first, should it be there: put beside the manifest by hand, and a wrong one perhaps.
    const target = place.files.find((file) => existsSync(file)) ?? place.files.at(-1) ?? '';
    const outcome = await downloadFile({
      ...{ target, sources: options.from === undefined ? place.urls : [options.from], bytes: place.bytes, sha256: weightsSha256 },
      ...{ clock: systemClock, env: process.env, stallMs: STALL_MS, signal: ending.signal },
      onProgress: (progress) => bar.show(progress),
    });
    bar.end();
    const words =
      outcome.state === 'present' ? `${target} is there already, and as it should be` : `${target}: ${place.bytes} bytes, SHA-256 as in the manifest`;
    tell(options, { name, ...outcome, file: target, bytes: place.bytes, sha256: weightsSha256, verified: selfTest !== null }, words);
    if (selfTest === null) process.stderr.write(`${UNVERIFIED}; \`framewatch models verify ${name}\` tries it on this machine\n`);
    return EXIT.ok;
  } catch (error) {
    bar.end();
    return printFault(error);
  }
}

function tell({ json }: PullOptions, document: object, words: string): void {
  process.stdout.write(json === true ? `${JSON.stringify(document, null, 2)}\n` : `${words}\n`);
}
