import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/config.ts';
import { effectiveConfig } from '../config/effective.ts';

/** The top-level keys, cameras aside, in which two configurations differ: those take a restart of the daemon. Secrets are not compared. */
export function keysThatNeedRestart(running: Config, wanted: Config): readonly string[] {
  const [before, after] = [effectiveConfig(running), effectiveConfig(wanted)];
  return Object.keys(after).filter((key) => key !== 'cameras' && !isDeepStrictEqual(before[key], after[key]));
}
