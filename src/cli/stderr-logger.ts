import { messageOf } from '../util/errors.ts';
import type { Logger } from '../util/logger.ts';

/** For commands that print results, not a log: warnings and errors, one sentence each, on standard error. */
export function stderrLogger(say: (line: string) => void): Logger {
  const sentence = (fields: object, message: string) => {
    const { err, reason, fallback } = fields as { readonly err?: unknown; readonly reason?: unknown; readonly fallback?: unknown };
    const why = err === undefined ? (reason ?? fallback) : messageOf(err);
    say(`framewatch: warning: ${message}${typeof why === 'string' ? `: ${why}` : ''}`);
  };
  const logger: Logger = { debug() {}, info() {}, warn: sentence, error: sentence, child: () => logger };
  return logger;
}
