import { Redactor } from '../util/redactor.ts';
import type { CameraConfig, Config, RegionConfig, RuleConfig } from './config.ts';

const HIDDEN = '***';

/**
 * The configuration as `framewatch check` prints it: in the form of the file, with all defaults, ready for JSON. User names and passwords
 * are `***`, as are the secrets that some cameras want in the query of a URL.
 */
export function effectiveConfig(config: Config): Record<string, unknown> {
  const { file: _, cameras, ...rest } = config;
  return {
    ...rest,
    mqtt: { ...config.mqtt, url: shownUrl(config.mqtt.url), ...login(config.mqtt) },
    cameras: byId(cameras.map(effectiveCamera)),
  };
}

function effectiveCamera(camera: CameraConfig): { id: string } & Record<string, unknown> {
  return {
    ...camera,
    url: shownUrl(camera.url),
    liveUrl: camera.liveUrl === null ? null : shownUrl(camera.liveUrl),
    ...login(camera),
    regions: byId<RegionConfig>(camera.regions),
    rules: byId<RuleConfig>(camera.rules),
  };
}

function login(of: { readonly username: string | null; readonly password: unknown }): Record<string, unknown> {
  return { username: of.username === null ? null : HIDDEN, password: of.password === null ? null : HIDDEN };
}

/** A redactor that knows no secret still blanks what stands in telling places. */
function shownUrl(url: string): string {
  return new Redactor().redact(url);
}

function byId<T extends { readonly id: string }>(items: readonly T[]): Record<string, Omit<T, 'id'>> {
  return Object.fromEntries(items.map(({ id, ...rest }) => [id, rest]));
}
