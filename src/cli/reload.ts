import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import { effectiveConfig } from '../config/effective.ts';

/** The top-level keys, cameras aside, in which two configurations differ: those take a restart of the daemon. */
export function keysThatNeedRestart(running: Config, wanted: Config): readonly string[] {
  const [before, after] = [effectiveConfig(running), effectiveConfig(wanted)];
  const keys = Object.keys(after).filter((key) => key !== 'cameras' && !isDeepStrictEqual(before[key], after[key]));
  // The login is hidden in the effective configuration.
  const sameLogin = running.mqtt.username === wanted.mqtt.username && running.mqtt.password?.reveal() === wanted.mqtt.password?.reveal();
  return sameLogin || keys.includes('mqtt') ? keys : [...keys, 'mqtt'];
}
