import type { Redactor } from '../util/redactor.ts';
import type { CameraConfig, ModelFacts } from './config.ts';
import { type NamedEntry, namedEntries } from './entry-map.ts';
import { mergeMaps } from './merge.ts';
import { warnOfCamera } from './not-yet.ts';
import { readLogin } from './password.ts';
import { Findings, type Place } from './problem.ts';
import { judgedRegions, readRegions } from './regions.ts';
import { defaultRules, type RuleContext, readRules } from './rules.ts';
import { type CameraFile, cameraSchema } from './schema.ts';
import { readSection, type Section, shown } from './section.ts';
import { type Credentials, querySecrets, splitCredentials } from './source-url.ts';
import type { YamlMap, YamlNode } from './yaml-source.ts';

/** Topics and routes of these names mean something else. */
const RESERVED_CAMERA_IDS = ['status', 'stats', 'bridge', 'replay', 'set'] as const;

/** What all cameras of a file share. */
export interface CameraContext {
  readonly defaults: YamlNode | undefined;
  readonly headIds: readonly string[];
  /** null: the model is not known, which was reported. */
  readonly model: ModelFacts | null;
  /** Relative paths start here. */
  readonly folder: string;
  readonly redactor: Redactor;
}

/** What a camera gets that says nothing of its own: `cameraDefaults`, and below it the program's defaults. */
export type CameraDefaults = Pick<CameraConfig, 'sampleFps' | 'decode' | 'maxLatencyMs' | 'frameWidth'>;

export function readCameraDefaults(node: YamlNode | undefined, place: Place, findings: Findings): CameraDefaults {
  const { settings } = readSection(cameraSchema, node?.kind === 'map' ? node : undefined, node ?? place, findings, true);
  const { sampleFps, decode, maxLatencyMs, frameWidth } = settings;
  return { sampleFps, decode, maxLatencyMs, frameWidth };
}

/** What of a picture is judged, and what is made of it. */
export type Judging = Pick<CameraConfig, 'regions' | 'rules'>;

/**
 * What `cameraDefaults` says by itself, for pictures of no camera. What is wrong with that is no fault of the file: defaults may name regions that only
 * the cameras have, and are right for those.
 */
export function readDefaultJudging(node: YamlNode | undefined, place: Place, context: CameraContext): Judging & { readonly findings: Findings } {
  const findings = new Findings();
  const section = readSection(cameraSchema, node?.kind === 'map' ? node : undefined, node ?? place, findings, true);
  return { ...readJudging(section, context, findings), findings };
}

/** A camera, and where its bound stands: in its own lines, in `cameraDefaults`, or nowhere, then the camera itself. */
export interface ReadCamera {
  readonly camera: CameraConfig;
  readonly boundPlace: Place;
}

export function readCameras(node: YamlNode | undefined, context: CameraContext, findings: Findings): ReadCamera[] {
  const entries = namedEntries(node, findings);
  checkIds(entries, findings);
  return entries.map((entry) => readCamera(entry, context, findings));
}

function checkIds(entries: readonly NamedEntry[], findings: Findings): void {
  const firsts = new Map<string, NamedEntry>();
  for (const entry of entries) {
    const folded = entry.id.toLowerCase();
    const first = firsts.get(folded);
    if (first)
      findings.error(entry.place, `is the same id as ${first.id} in line ${first.place.line}`, 'ids differ in more than the case of letters');
    else firsts.set(folded, entry);
    if (RESERVED_CAMERA_IDS.some((reserved) => reserved === folded)) {
      findings.error(entry.place, `${shown(entry.id)} is reserved`, `another id than ${RESERVED_CAMERA_IDS.join(', ')}`);
    }
  }
}

function readCamera({ id, place, map }: NamedEntry, context: CameraContext, findings: Findings): ReadCamera {
  const { defaults } = context;
  const own: YamlMap = map ?? { kind: 'map', entries: new Map(), ...place };
  const section = readSection(cameraSchema, defaults?.kind === 'map' ? mergeMaps(withoutRival(defaults, own), own) : own, place, findings);
  const { settings } = section;
  const address = readUrl(section, 'url', context);
  const live = readUrl(section, 'liveUrl', context);
  const fromUrl: Credentials = {
    username: address?.credentials.username ?? live?.credentials.username ?? null,
    password: address?.credentials.password ?? live?.credentials.password ?? null,
  };
  const { regions, rules } = readJudging(section, context, findings);
  const rulesNode = section.node('rules');
  if (rules.length === 0 && context.model && section.sound('rules')) {
    const why = rulesNode ? 'it has no rules' : 'it has no rules and the model has no default rules';
    findings.warn(rulesNode ?? place, `${why}: only states will be published`, rulesNode ? null : 'add rules with labels of the model');
  }
  warnOfCamera(section, findings);
  const camera: CameraConfig = {
    id,
    name: settings.name ?? id,
    enabled: settings.enabled,
    url: address?.url ?? '',
    ...readLogin(section, fromUrl, context.folder, context.redactor, findings),
    liveUrl: live?.url ?? null,
    transport: settings.transport,
    sampleFps: settings.sampleFps,
    decode: settings.decode,
    maxLatencyMs: settings.maxLatencyMs,
    weight: settings.weight,
    frameWidth: settings.frameWidth,
    motion: settings.motion,
    regions,
    rules,
  };
  const { path, line, column } = section.place('maxLatencyMs');
  return { camera, boundPlace: { path, line, column } };
}

function readJudging(section: Section<CameraFile>, { headIds, model }: CameraContext, findings: Findings): Judging {
  const listedRegions = readRegions(section.node('regions'), headIds, findings);
  const context: RuleContext = { labels: model?.labels ?? null, headIds, listedRegions };
  const rulesNode = section.node('rules');
  const rules = rulesNode ? readRules(rulesNode, context, findings) : model ? defaultRules(model, context) : [];
  const named = rules.flatMap((rule) => rule.regions);
  return { regions: judgedRegions(listedRegions, named), rules };
}

/** A password of the camera's own replaces an inherited one, in whichever of the two ways each is given. */
function withoutRival(defaults: YamlMap, own: YamlMap): YamlMap {
  if (!own.entries.has('password') && !own.entries.has('passwordFile')) return defaults;
  const entries = [...defaults.entries].filter(([key]) => key !== 'password' && key !== 'passwordFile');
  return { ...defaults, entries: new Map(entries) };
}

function readUrl(section: Section<CameraFile>, key: 'url' | 'liveUrl', context: CameraContext): { url: string; credentials: Credentials } | null {
  const written = section.settings[key];
  if (!section.sound(key) || written === null) return null;
  const split = splitCredentials(written, context.folder);
  for (const secret of querySecrets(split.url)) context.redactor.add(secret);
  return split;
}
