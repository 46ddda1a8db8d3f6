/** What a trace of system calls says of the order of disk and wire. */
export interface SyncOrder {
  /** Messages whose whole way was seen. */
  readonly messages: number;
  /** Synced writes of the log: one may carry many messages. */
  readonly syncs: number;
  readonly faults: readonly string[];
}

const SEQUENCE = /\\"sequence\\":(\d+),\\"type\\"/g;

/**
 * From the lines of `strace -f -yy -s …` with write, writev, sendto, sendmsg, pwrite64, fsync and fdatasync: that every message was written into the database's
 * log and the log was synced before the first byte of it went to the broker's port. A process that is killed cannot show this: what it wrote is with the
 * kernel, synced or not.
 */
export function syncOrder(lines: readonly string[], brokerPort: number): SyncOrder {
  const written = new Map<number, number>();
  const published = new Map<number, number>();
  const syncedAt: number[] = [];
  const syncing = new Set<string>();
  for (const [at, line] of lines.entries()) {
    const process = /^\s*(\d+)/.exec(line)?.[1] ?? '';
    const isLog = line.includes('history.db-wal');
    if (/\bpwrite64\(/.test(line) && isLog) note(written, line, at);
    if (/\b(write|writev|sendto|sendmsg)\(/.test(line) && line.includes(`127.0.0.1:${brokerPort}`)) note(published, line, at);
    if (/\b(fsync|fdatasync)\(/.test(line) && isLog) {
      if (line.includes('<unfinished')) syncing.add(process);
      else syncedAt.push(at);
    }
    if (/<\.\.\. (fsync|fdatasync) resumed>/.test(line) && syncing.delete(process)) syncedAt.push(at);
  }
  const faults: string[] = [];
  for (const [sequence, sentAt] of published) {
    const writtenAt = written.get(sequence);
    if (writtenAt === undefined || writtenAt > sentAt) faults.push(`sequence ${sequence} went to the broker before it was written`);
    else if (!syncedAt.some((at) => at > writtenAt && at < sentAt)) faults.push(`sequence ${sequence} went to the broker before it was synced`);
  }
  return { messages: published.size, syncs: syncedAt.length, faults };
}

/** The first time that each sequence stands in a line. */
function note(places: Map<number, number>, line: string, at: number): void {
  for (const [, sequence] of line.matchAll(SEQUENCE)) if (!places.has(Number(sequence))) places.set(Number(sequence), at);
}
