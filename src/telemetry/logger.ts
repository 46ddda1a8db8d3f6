import { destination, type Logger as PinoLogger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { LogConfig } from '../config/config.ts';
import type { Logger } from '../util/logger.ts';
import type { Redactor } from '../util/redactor.ts';
import { logValue } from './log-values.ts';

/** What waits for a reader of standard output; beyond it lines are dropped, because a stopped `less` must not stop the daemon. */
const MOST_WAITING_BYTES = 1024 * 1024;

export interface LogOutput {
  write(text: string): void;
  close(): void;
}

export interface Log {
  readonly logger: Logger;
  /** Writes out what waits. Idempotent. */
  close(): void;
}

/**
 * The daemon's log: on standard output, JSON lines or, for people, one readable line each (`auto`: readable on a terminal). No secret that
 * `redactor` knows or can recognise passes: each value is cleaned on its way in, each finished line once more on its way out.
 */
export function createLog(config: LogConfig, redactor: Redactor, output: LogOutput = standardOutput()): Log {
  const isPretty = config.format === 'pretty' || (config.format === 'auto' && process.stdout.isTTY);
  const pretty = isPretty ? prettyFactory({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' }) : null;
  const stream = {
    write(line: string) {
      const clean = redactedLine(line, redactor);
      output.write(pretty ? pretty(clean) : clean);
    },
  };
  const options = {
    level: config.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // Errors come here as plain values already; pino's own would take them for errors and lose their causes.
    serializers: { err: (value: unknown) => value },
  };
  return { logger: redacting(pino(options, stream), redactor), close: () => output.close() };
}

function redacting(inner: PinoLogger, redactor: Redactor): Logger {
  const fieldsOf = (fields: object) => logValue(fields instanceof Error ? { err: fields } : fields, redactor) as object;
  return {
    // Debug lines are many and mostly off: not even cleaned then.
    debug(fields, message) {
      if (inner.isLevelEnabled('debug')) inner.debug(fieldsOf(fields), redactor.redact(message));
    },
    info: (fields, message) => inner.info(fieldsOf(fields), redactor.redact(message)),
    warn: (fields, message) => inner.warn(fieldsOf(fields), redactor.redact(message)),
    error: (fields, message) => inner.error(fieldsOf(fields), redactor.redact(message)),
    child: (fields) => redacting(inner.child(fieldsOf(fields)), redactor),
  };
}

/** The second net. What it catches here it catches in the form of JSON; if that breaks the form, the line is not worth a leak. */
function redactedLine(line: string, redactor: Redactor): string {
  const clean = redactor.redact(line);
  if (clean === line) return line;
  try {
    JSON.parse(clean);
    return clean.endsWith('\n') ? clean : `${clean}\n`;
  } catch {
    return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: 'a log line was withheld: it held a secret' })}\n`;
  }
}

function standardOutput(): LogOutput {
  const stream = destination({ dest: 1, sync: false, maxLength: MOST_WAITING_BYTES });
  let dropped = 0;
  stream.on('drop', () => {
    dropped += 1;
  });
  // The reader of the pipe went away: there is nobody left to tell.
  stream.on('error', () => {});
  stream.on('drain', () => {
    if (dropped === 0) return;
    const lost = dropped;
    dropped = 0;
    stream.write(`${JSON.stringify({ level: 'warn', time: new Date().toISOString(), msg: `${lost} log lines were dropped: nobody read them` })}\n`);
  });
  return {
    write: (text) => void stream.write(text),
    close() {
      try {
        stream.flushSync();
      } catch {
        // Not yet open or already gone: nothing waits.
      }
    },
  };
}
