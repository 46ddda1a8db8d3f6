import type { CameraConfig, Config, ModelFacts } from '../../src/config/config.ts';
import { type ConfigResult, type ConfigSource, parseConfig } from '../../src/config/parse.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { Redactor } from '../../src/util/redactor.ts';

export const MODEL: ModelFacts = {
  labels: ['Drawing', 'Hentai', 'Neutral', 'Porn', 'Sexy'],
  defaultRules: { unsafe: { labels: ['Porn', 'Hentai', 'Sexy'], enter: 0.8 } },
};

function surroundings(changes: Partial<ConfigSource> = {}): ConfigSource {
  return {
    file: null,
    folder: '/etc/fw',
    cwd: '/run/fw',
    packageRoot: '/opt/fw',
    env: {},
    modelFacts: () => MODEL,
    redactor: new Redactor(),
    ...changes,
  };
}

export function parse(text: string, changes: Partial<ConfigSource> = {}): ConfigResult {
  return parseConfig(text, surroundings(changes));
}

/** The configuration that `text` gives; fails with all its errors. */
export function accepted(text: string, changes: Partial<ConfigSource> = {}): Config {
  const result = parse(text, changes);
  if (!result.ok) throw new Error(result.errors.map(formatProblem).join('\n'));
  return result.config;
}

/** The errors of `text` as lines, without the file's name; none when it is accepted. */
export function errorsOf(text: string, changes: Partial<ConfigSource> = {}): string[] {
  const result = parse(text, changes);
  return result.ok ? [] : result.errors.map((problem) => formatProblem({ ...problem, file: '' }).slice(1));
}

export function warningsOf(text: string, changes: Partial<ConfigSource> = {}): string[] {
  const result = parse(text, changes);
  if (!result.ok) throw new Error(result.errors.map(formatProblem).join('\n'));
  return result.warnings.map((problem) => formatProblem({ ...problem, file: '' }).slice(1));
}

/** The one camera of a file that holds nothing else; `lines` are its keys. */
export function cameraOf(lines: string, changes: Partial<ConfigSource> = {}): CameraConfig {
  const [camera] = accepted(cameraFile(lines), changes).cameras;
  if (!camera) throw new Error('no camera');
  return camera;
}

/** Line 1 is `cameras:`, line 2 `  door:`, line 3 the first of `lines`, in column 5. */
export function cameraFile(lines: string): string {
  return `cameras:\n  door:\n${lines
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`;
}
