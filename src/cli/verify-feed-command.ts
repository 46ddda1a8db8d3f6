import { readFile } from 'node:fs/promises';
import { printable } from '../classify/printable.ts';
import type { Config } from '../config/config.ts';
import { FeedAudit } from '../feed-check/feed-audit.ts';
import type { FeedListener, FeedSource } from '../feed-check/feed-message.ts';
import { MqttSource } from '../feed-check/mqtt-source.ts';
import { findingLine, summaryLines } from '../feed-check/text-report.ts';
import { Verification } from '../feed-check/verification.ts';
import { WebsocketSource } from '../feed-check/websocket-source.ts';
import { systemClock } from '../util/clock.ts';
import { FramewatchError, messageOf } from '../util/errors.ts';
import { Redactor } from '../util/redactor.ts';
import { printProblems, readConfiguration } from './check-command.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { hangUp, terminationSignal } from './signals.ts';

export interface VerifyFeedOptions {
  readonly mqtt?: string;
  readonly ws?: string;
  readonly config?: string;
  readonly baseTopic?: string;
  readonly protocol?: '4' | '5';
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly ca?: string;
  readonly session?: string;
  readonly after?: number;
  readonly untilSequence?: number;
  readonly seconds?: number;
  readonly json?: boolean;
}

interface Feed {
  /** For people. */
  readonly name: string;
  readonly open: (listener: FeedListener) => FeedSource;
}

/** Lines of findings; those behind are only counted. */
const MOST_LINES = 1_000;

/** What is wrong with the options as a whole; null when nothing is. */
export function verifyFeedMisuse({ mqtt, ws, ...options }: VerifyFeedOptions): string | null {
  if (mqtt !== undefined && ws !== undefined) return 'one of --mqtt and --ws';
  if (ws === undefined && options.tokenFile !== undefined) return '--token-file is for --ws';
  for (const [flag, value] of Object.entries({ session: options.session, 'base-topic': options.baseTopic, username: options.username })) {
    if (ws !== undefined && value !== undefined) return `--${flag} is for --mqtt`;
  }
  const url = mqtt ?? ws;
  if (url === undefined) return null;
  const protocols = mqtt === undefined ? ['ws:', 'wss:', 'http:', 'https:'] : ['mqtt:', 'mqtts:', 'ws:', 'wss:'];
  if (!URL.canParse(url)) return `"${url}" is no URL`;
  const { protocol, username, password } = new URL(url);
  if (!protocols.includes(protocol)) return `the URL begins with ${protocols.map((each) => `${each}//`).join(', ')}`;
  return username + password === '' ? null : 'a login in the URL could be read by every user of this machine: --username and --password-file';
}

/** `framewatch verify-feed`: 0 when the feed kept all that docs/verify-feed.md says, 1 when not or when it cannot be heard, 78 for a wrong configuration. */
export async function verifyFeedCommand(options: VerifyFeedOptions): Promise<ExitCode> {
  const end = new AbortController();
  void Promise.race([terminationSignal(), hangUp()]).then(() => end.abort());
  // Its reader has gone: there is nobody to be told.
  process.stdout.on('error', () => end.abort());
  const redactor = new Redactor();
  const needsConfig = options.config !== undefined || (options.mqtt === undefined && options.ws === undefined);
  const result = needsConfig ? readConfiguration(options.config, redactor) : null;
  if (result?.ok === false) {
    printProblems(result);
    return EXIT.config;
  }
  const print = (line: string) => process.stdout.write(`${printable(redactor.redact(line))}\n`);
  const note = (line: string) => process.stderr.write(`framewatch: ${printable(redactor.redact(line))}\n`);
  try {
    const feed =
      options.ws === undefined ? await mqttFeed(options, result?.config ?? null) : await websocketFeed(options, options.ws, result?.config ?? null);
    const [after, until] = [options.after ?? null, options.untilSequence ?? null];
    const isEndless = options.seconds === undefined && until === null;
    let lines = 0;
    const verification = new Verification({
      audit: new FeedAudit({ transport: options.ws === undefined ? 'mqtt' : 'websocket', after, until }),
      openSource: feed.open,
      clock: systemClock,
      limitMs: options.seconds === undefined ? null : options.seconds * 1000,
      until,
      listening: () => note(`listening to ${feed.name}${isEndless ? '; Ctrl-C ends it' : ''}`),
      found: (finding) => {
        lines += 1;
        if (options.json !== true && lines <= MOST_LINES) print(findingLine(finding));
        if (lines === MOST_LINES + 1) note('what is found from here on is only counted');
      },
      note,
    });
    const report = await verification.run(end.signal);
    if (options.json === true) process.stdout.write(`${JSON.stringify({ feed: feed.name, ...report }, null, 2)}\n`);
    else for (const line of summaryLines(report)) print(line);
    return report.ok ? EXIT.ok : EXIT.fault;
  } catch (error) {
    note(`${error instanceof FramewatchError ? error.code : 'INTERNAL'}: ${messageOf(error)}`);
    return exitCodeOf(error);
  }
}

async function mqttFeed(options: VerifyFeedOptions, config: Config | null): Promise<Feed> {
  const configured = config?.mqtt;
  const url = options.mqtt ?? brokerOf(config);
  const baseTopic = options.baseTopic ?? configured?.baseTopic ?? 'framewatch';
  const protocolVersion =
    options.protocol === undefined ? (configured?.url === 'embedded' ? 4 : (configured?.protocolVersion ?? 5)) : Number(options.protocol);
  const session = options.session ?? null;
  const settings = {
    ...{ url, baseTopic, session },
    protocolVersion: protocolVersion === 4 ? (4 as const) : (5 as const),
    username: options.username ?? configured?.username ?? null,
    password: (await secretIn(options.passwordFile)) ?? configured?.password?.reveal() ?? null,
    ca: await fileIn(options.ca ?? configured?.ca),
    cert: await fileIn(configured?.cert),
    key: await fileIn(configured?.key),
  };
  const name = `${url}, ${baseTopic}/+/event (MQTT ${protocolVersion === 4 ? '3.1.1' : '5'}${session === null ? '' : `, session ${session}`})`;
  return { name, open: (listener) => new MqttSource(settings, listener) };
}

function brokerOf(config: Config | null): string {
  if (config === null || !config.mqtt.enabled)
    throw new FramewatchError('CONFIG_INVALID', 'mqtt is not enabled in the configuration: give --mqtt or --ws');
  if (config.mqtt.url !== 'embedded') return config.mqtt.url;
  if (config.mqtt.embeddedPort > 0) return `mqtt://127.0.0.1:${config.mqtt.embeddedPort}`;
  throw new FramewatchError(
    'CONFIG_INVALID',
    'the built-in broker takes any free port (mqtt.embeddedPort: 0): give --mqtt with the port from the log',
  );
}

async function websocketFeed(options: VerifyFeedOptions, given: string, config: Config | null): Promise<Feed> {
  const url = new URL(given.replace(/^http/, 'ws'));
  if (url.pathname === '/') url.pathname = '/ws';
  const { href } = url;
  const tokenFile = options.tokenFile ?? (config?.http.auth.mode === 'token' ? config.http.auth.tokenFile : undefined);
  const settings = { url: href, after: options.after ?? null, token: await secretIn(tokenFile), ca: await fileIn(options.ca), clock: systemClock };
  return { name: href, open: (listener) => new WebsocketSource(settings, listener) };
}

/** One trailing line break is the editor's, not the secret's. */
async function secretIn(file: string | undefined): Promise<string | null> {
  return (await fileIn(file))?.toString().replace(/\r?\n$/, '') ?? null;
}

async function fileIn(file: string | null | undefined): Promise<Buffer | null> {
  if (file === null || file === undefined) return null;
  try {
    return await readFile(file);
  } catch (cause) {
    throw new FramewatchError('SECRET_UNREADABLE', `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
