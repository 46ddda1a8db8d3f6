import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { FramewatchError, messageOf } from '../../util/errors.ts';
import type { ModelPlace, PulledPlace } from '../network-source.ts';

/** The files of a TensorFlow.js model, wherever it lies: one topology file and the weight files that its manifest names. */
export interface ModelFiles {
  /** The topology file as it is on the disk; `parse` turns it into JSON once its hash was checked. */
  readonly topology: Uint8Array;
  parseTopology(): unknown;
  /** The bytes of one weight file, by the name in the weights manifest. */
  readWeights(name: string): Promise<Uint8Array>;
}

const TOPOLOGY_FILE = 'model.json';

/** Throws FramewatchError MODEL_NOT_FOUND when the package or a file is missing, MODEL_INVALID when a file is not what it should be. */
export async function openModelFiles(place: ModelPlace): Promise<ModelFiles> {
  const folder = pathOf(place);
  const isBundled = place.kind === 'npm' && !existsSync(join(folder, TOPOLOGY_FILE));
  return isBundled ? openBundles(folder) : openFolder(folder);
}

/** The folder or file on this machine. Throws FramewatchError MODEL_NOT_FOUND when the package is not installed, or the file was not pulled yet. */
export function pathOf(place: ModelPlace | PulledPlace, model = 'NAME'): string {
  if (place.kind === 'local') return place.path;
  if (place.kind === 'npm') return join(packageFolder(place.packageName), place.path);
  const file = place.files.find((candidate) => existsSync(candidate));
  if (file !== undefined) return file;
  throw new FramewatchError(
    'MODEL_NOT_FOUND',
    `the model's weights are not here yet: \`framewatch models pull ${model}\` fetches them (${place.urls.join(' or ')})`,
  );
}

/** For messages. */
export function placeInWords(place: ModelPlace | PulledPlace): string {
  if (place.kind === 'npm') return `npm package ${place.packageName}, ${place.path}`;
  return place.kind === 'local' ? place.path : (place.files.find((file) => existsSync(file)) ?? place.urls.join(' or '));
}

async function openFolder(folder: string): Promise<ModelFiles> {
  const file = join(folder, TOPOLOGY_FILE);
  const topology = await read(file);
  return {
    topology,
    parseTopology() {
      try {
        return JSON.parse(Buffer.from(topology).toString('utf8')) as unknown;
      } catch (error) {
        throw new FramewatchError('MODEL_INVALID', `${file} is not JSON: ${messageOf(error)}`, { cause: error });
      }
    },
    readWeights: (name) => read(join(folder, insideOnly(name))),
  };
}

/**
 * The npm package `nsfwjs` wraps each file in a script that sets `module.exports`: an object for the topology, a base64 string for
 * weights. A weight file is cut out of its script as text. The topology is a JavaScript literal, not JSON, so its script is run:
 * alone in an empty context, and only after its hash was checked.
 */
async function openBundles(folder: string): Promise<ModelFiles> {
  const file = join(folder, 'model.min.js');
  const topology = await read(file);
  return {
    topology,
    parseTopology() {
      const module: { exports: unknown } = { exports: {} };
      try {
        runInNewContext(Buffer.from(topology).toString('utf8'), { module, exports: module.exports }, { filename: file, timeout: 5_000 });
        // Through JSON: objects of another context have other prototypes.
        return JSON.parse(JSON.stringify(module.exports)) as unknown;
      } catch (error) {
        throw new FramewatchError('MODEL_INVALID', `${file} could not be read: ${messageOf(error)}`, { cause: error });
      }
    },
    async readWeights(name) {
      const script = join(folder, `${insideOnly(name)}.min.js`);
      const text = Buffer.from(await read(script)).toString('latin1');
      const base64 = /\.exports="([A-Za-z0-9+/]+=*)"/.exec(text)?.[1];
      if (base64 === undefined)
        throw new FramewatchError('MODEL_INVALID', `${script} holds no weights: the package is not the version this model was made for`);
      return Buffer.from(base64, 'base64');
    },
  };
}

/** A topology may come from anywhere: it must not make us read other files than the model's. */
function insideOnly(name: string): string {
  if (name !== '' && !isAbsolute(name) && !name.split(/[\\/]/).includes('..')) return name;
  throw new FramewatchError('MODEL_INVALID', `the topology names a weight file outside its folder: ${JSON.stringify(name)}`);
}

/** The folder of an installed package, found without running any of its code (its `exports` may hide package.json). */
function packageFolder(packageName: string): string {
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    entry = require.resolve(packageName);
  } catch (error) {
    throw new FramewatchError('MODEL_NOT_FOUND', `the model comes from the npm package ${packageName}, which is not installed: run \`npm ci\``, {
      cause: error,
    });
  }
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    if (nameInPackageJson(require, folder) === packageName) return folder;
  }
  throw new FramewatchError('MODEL_NOT_FOUND', `no package.json of ${packageName} above ${entry}: run \`npm ci\``);
}

function nameInPackageJson(require: NodeJS.Require, folder: string): unknown {
  try {
    const manifest: unknown = require(join(folder, 'package.json'));
    return typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : null;
  } catch {
    return null;
  }
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new FramewatchError('MODEL_NOT_FOUND', `model file ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
