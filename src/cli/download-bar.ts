import type { DownloadProgress } from '../engine/models/model-download.ts';
import type { Clock } from '../util/clock.ts';

const BAR_CELLS = 24;
/** Redrawn no more often than this, ms. */
const REDRAW_MS = 100;

/** One line of a download: how far, how fast since `startReceived`, and how long still. */
export function downloadLine(progress: DownloadProgress, startReceived: number, elapsedMs: number): string {
  const { received, bytes } = progress;
  const filled = Math.floor((received / bytes) * BAR_CELLS);
  const rate = elapsedMs > 0 ? (received - startReceived) / (elapsedMs / 1000) : 0;
  const left = rate > 0 ? `${Math.ceil((bytes - received) / rate)} s left` : '';
  const percent = Math.floor((received / bytes) * 100);
  return `[${'='.repeat(filled)}${' '.repeat(BAR_CELLS - filled)}] ${percent} %  ${megabytes(received)} of ${megabytes(bytes)} MB  ${megabytes(rate)} MB/s  ${left}`.trimEnd();
}

/** Draws the line over itself on a terminal; elsewhere, in a log say, it tells each tenth once. */
export class DownloadBar {
  readonly #clock: Clock;
  readonly #stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;
  #first: { readonly received: number; readonly mono: number } | undefined;
  #drawnMono = Number.NEGATIVE_INFINITY;
  #toldTenth = 0;

  constructor(clock: Clock, stream: Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>) {
    this.#clock = clock;
    this.#stream = stream;
  }

  show(progress: DownloadProgress): void {
    const now = this.#clock.monotonicMs();
    this.#first ??= { received: progress.received, mono: now };
    const line = downloadLine(progress, this.#first.received, now - this.#first.mono);
    const isDone = progress.received >= progress.bytes;
    if (!this.#stream.isTTY) {
      const tenth = Math.floor((progress.received / progress.bytes) * 10);
      if (tenth > this.#toldTenth) this.#stream.write(`${line}\n`);
      this.#toldTenth = Math.max(tenth, this.#toldTenth);
      return;
    }
    if (!isDone && now - this.#drawnMono < REDRAW_MS) return;
    this.#drawnMono = now;
    // Longer than the terminal is wide it would not be drawn over.
    this.#stream.write(`\r${line.slice(0, Math.max(1, this.#stream.columns - 1))}\u001b[K`);
  }

  /** Leaves the line as it is. */
  end(): void {
    if (this.#stream.isTTY && this.#first !== undefined) this.#stream.write('\n');
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
