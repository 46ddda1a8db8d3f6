import { join, resolve } from 'node:path';
import { FramewatchError } from '../util/errors.ts';
import type { Redactor } from '../util/redactor.ts';
import { type CameraDefaults, type Judging, type ReadCamera, readCameraDefaults, readCameras, readDefaultJudging } from './cameras.ts';
import type { Config, ModelFacts } from './config.ts';
import { namedEntries } from './entry-map.ts';
import { deepFreeze } from './freeze.ts';
import { checkFiles, readBatching, readHttp, readMqtt } from './groups.ts';
import { warnOfFile } from './not-yet.ts';
import { Findings, type Place, type Problem } from './problem.ts';
import { type ConfigFile, configSchema, headSchema } from './schema.ts';
import { readSection, type Section, subsection } from './section.ts';
import { type Environment, substituteAll } from './substitution.ts';
import { parseYaml, type YamlNode } from './yaml-source.ts';

/** Everything outside the text that the meaning of a configuration depends on. */
export interface ConfigSurroundings {
  readonly env: Environment;
  /** The folder of the installed package; its `models` is the default of modelsDir. */
  readonly packageRoot: string;
  /** Working folder of the process, absolute. */
  readonly cwd: string;
  /** Labels and default rules of a model; a returned error becomes an error of the file, null leaves rules unchecked. Must not throw. */
  readonly modelFacts: (model: string, modelsDir: string, stateDir: string) => ModelFacts | FramewatchError | null;
  /** Learns every secret of the file, also when the file is refused. */
  readonly redactor: Redactor;
}

export interface ConfigSource extends ConfigSurroundings {
  /** Absolute; null for an embedded text. */
  readonly file: string | null;
  /** Relative paths in the text start here. */
  readonly folder: string;
  /** Whether every user of the machine can read the text. */
  readonly worldReadable?: boolean;
  /** Whether files that the text names (certificates, keys) are looked for. */
  readonly checksFiles?: boolean;
}

export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly cameraDefaults: CameraDefaults;
      /** What `cameraDefaults` says of pictures that are of no camera, and what is wrong with it then: no fault of the file. */
      readonly defaultJudging: Judging & { readonly errors: readonly Problem[] };
      /** By camera: what is found out later of its bound (whether this machine can keep it) can still be said in its place. */
      readonly boundPlaces: ReadonlyMap<string, Place>;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly errors: readonly Problem[] };

/** How an embedded configuration is called in messages. */
const EMBEDDED = '<embedded>';

/** YAML → checked, completed, frozen configuration, or all that is wrong with it. Reads password files and nothing else. */
export function parseConfig(text: string, source: ConfigSource): ConfigResult {
  const findings = new Findings();
  const read = readConfig(text, source, findings);
  const name = source.file ?? EMBEDDED;
  const clean = (line: string): string => source.redactor.redact(line);
  if (read === null || findings.failed) return { ok: false, errors: findings.errors(name, clean) };
  const { config, cameraDefaults, cameras } = read;
  const { regions, rules, findings: ofDefaults } = read.defaultJudging;
  const defaultJudging = deepFreeze({ regions, rules, errors: ofDefaults.errors(name, clean) });
  const boundPlaces = new Map(cameras.map(({ camera, boundPlace }) => [camera.id, boundPlace]));
  return { ok: true, config: deepFreeze(config), cameraDefaults, defaultJudging, boundPlaces, warnings: findings.warnings(name, clean) };
}

const TOP: Place = { path: '', line: 1, column: 1 };

interface ReadConfig {
  readonly config: Config;
  readonly cameraDefaults: CameraDefaults;
  readonly defaultJudging: Judging & { readonly findings: Findings };
  readonly cameras: readonly ReadCamera[];
}

function readConfig(text: string, source: ConfigSource, findings: Findings): ReadConfig | null {
  const parsed = parseYaml(text, findings);
  if (parsed === null) return null;
  const root = substituteAll(parsed, source.env, findings);
  const section = readSection(configSchema, root, TOP, findings);
  const { settings } = section;
  const { folder, redactor } = source;
  const modelsDir = settings.modelsDir === null ? join(source.packageRoot, 'models') : resolve(folder, settings.modelsDir);
  const stateDir = settings.stateDir === null ? defaultStateDir(source) : resolve(folder, settings.stateDir);
  const model = section.sound('model') ? lookUpModel(section, modelsDir, stateDir, source, findings) : null;
  const heads = readHeads(section.node('heads'), findings);
  const cameraDefaults = readCameraDefaults(section.node('cameraDefaults'), section.place('cameraDefaults'), findings);
  const defaults = section.node('cameraDefaults');
  const context = { defaults, headIds: Object.keys(heads), model, folder, redactor };
  const defaultJudging = readDefaultJudging(defaults, section.place('cameraDefaults'), context);
  const cameras = readCameras(section.node('cameras'), context, findings);
  if (cameras.length === 0 && section.sound('cameras'))
    findings.warn(section.place('cameras'), 'no camera is configured: nothing is watched', 'add one under cameras');
  warnOfFile(section, findings);
  const config: Config = {
    file: source.file,
    instance: settings.instance,
    model: settings.model,
    modelsDir,
    stateDir,
    engine: settings.engine,
    batching: readBatching(subsection(section, 'batching'), findings),
    mqtt: readMqtt(subsection(section, 'mqtt'), folder, redactor, findings),
    http: readHttp(subsection(section, 'http'), folder, stateDir, findings),
    history: settings.history,
    log: settings.log,
    ffmpeg: { ...settings.ffmpeg, path: settings.ffmpeg.path === null ? null : resolve(folder, settings.ffmpeg.path) },
    heads,
    cameras: cameras.map(({ camera }) => camera),
  };
  if (source.worldReadable) warnOfExposure(root, findings);
  if (source.checksFiles) checkFiles(subsection(section, 'mqtt'), subsection(section, 'http'), folder, findings);
  return { config, cameraDefaults, defaultJudging, cameras };
}

/** systemd may name several folders, separated by colons; the first is the unit's own. */
function defaultStateDir(source: ConfigSource): string {
  const [first] = (source.env['STATE_DIRECTORY'] ?? '').split(':');
  return first ? resolve(source.cwd, first) : join(source.cwd, 'state');
}

function lookUpModel(section: Section<ConfigFile>, modelsDir: string, stateDir: string, source: ConfigSource, findings: Findings): ModelFacts | null {
  const found = source.modelFacts(section.settings.model, modelsDir, stateDir);
  if (!(found instanceof FramewatchError)) return found;
  findings.error({ ...section.place('model'), path: 'model' }, found.message, null, found.code);
  return null;
}

function readHeads(node: YamlNode | undefined, findings: Findings): Record<string, { labels: readonly string[] }> {
  return Object.fromEntries(namedEntries(node, findings).map(({ id, place, map }) => [id, readSection(headSchema, map, place, findings).settings]));
}

/** A literal password in a file that everybody can read. */
function warnOfExposure(node: YamlNode, findings: Findings): void {
  if (node.kind === 'list') for (const item of node.items) warnOfExposure(item, findings);
  if (node.kind !== 'map') return;
  for (const [key, { node: value }] of node.entries) {
    if (value.kind !== 'scalar') warnOfExposure(value, findings);
    else if (!value.fromEnv && typeof value.value === 'string' && holdsPassword(key, value.value)) {
      findings.warn(
        value,
        'every user of this machine can read this password',
        'chmod 600 the file, or take it from the environment or a passwordFile',
      );
    }
  }
}

function holdsPassword(key: string, value: string): boolean {
  return key === 'password' || (/^(?:url|liveUrl)$/.test(key) && /:\/\/[^/@\s]*:[^/@\s]+@/.test(value));
}
