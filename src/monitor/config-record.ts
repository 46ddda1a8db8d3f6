import type { CameraConfig, Config } from '../config/config.ts';
import { effectiveConfig } from '../config/effective.ts';
import type { ConfigurationView } from '../http/monitor-view.ts';
import { type Clock, isoTime } from '../util/clock.ts';

/** What became of a try to reload. Sentences are redacted. */
export type ReloadResult =
  | {
      readonly outcome: 'applied';
      readonly added: number;
      readonly removed: number;
      readonly restarted: number;
      /** Top-level keys whose changes wait for a restart of the daemon. */
      readonly needRestart: readonly string[];
      readonly warnings: readonly string[];
    }
  /** Nothing was changed. `refused`: the file is wrong. `failed`: it could not be applied. */
  | { readonly outcome: 'refused' | 'failed'; readonly problems: readonly string[] };

/** The configuration in force, and how the newest try to change it ended. */
export class ConfigRecord {
  #config: Config;
  #reload: (ReloadResult & { readonly at: string }) | null = null;
  readonly #clock: Clock;

  constructor(config: Config, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** These cameras are in force from now on. */
  applied(cameras: readonly CameraConfig[]): void {
    this.#config = { ...this.#config, cameras };
  }

  reloadEnded(result: ReloadResult): void {
    this.#reload = { at: isoTime(this.#clock.wallMs()), ...result };
  }

  view(): ConfigurationView {
    return { file: this.#config.file, config: effectiveConfig(this.#config), reload: this.#reload };
  }
}
