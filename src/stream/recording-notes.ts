/** `[h264 @ 0x55f4da6fcbc0] [error] Invalid level prefix`: who said it, how bad it is, what it is. */
const LINE = /^(?:\[[^\]]* @ 0x[0-9a-f]+\] )*\[(\w+)\] (.*)$/i;
const DURATION = /^\s+Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)(?:, start: (-?\d+\.\d+))?,/;
/** Of these the announced duration counts from time 0, of all others from the first picture or sound: a recorder that cuts its stream into MKV files lets the times run on. */
const COUNTS_FROM_ZERO = /^(?:matroska|mov|nut)\b/;
const FORMAT = /^Input #0, ([^ ]+), from/;
const CUT_OFF = /partial file|ended prematurely/i;
const CORRUPT = /corrupt/i;
/** A guess of ffmpeg's, from the first bytes and the size of the file. */
const ESTIMATED = /Estimating duration from bitrate/i;
const LONGEST_LINE = 500;
/** Without an end yet; it may hold a path. */
const LONGEST_REST = 16_384;
const MOST_KEPT = 20;

/** What ffmpeg tells of a recording on standard error, in words. Reads every line, keeps few: a broken file writes many. */
export class RecordingNotes {
  readonly #input: string;
  #rest = '';
  #durationMs: number | null = null;
  #isEstimated = false;
  #format: string | null = null;
  #cutOff: string | null = null;
  #faults = 0;
  #firstFault: string | null = null;
  #lastFault: string | null = null;
  readonly #said = new Set<string>();

  /** `input`: what ffmpeg was told to open. It repeats that, and a name says nothing of its file. */
  constructor(input: string) {
    this.#input = input;
  }

  push(chunk: string): void {
    // Before it is cut into lines: a name may have several.
    const lines = (this.#rest + chunk).replaceAll(this.#input, () => 'it').split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_REST);
    for (const line of lines) this.#read(line);
  }

  /** Of the container, as ffmpeg calls it, with the other names it has; null when it could not be opened. */
  get format(): string | null {
    return this.#format;
  }

  /** From the start of the file, as it announces it; null when it does not, or when it is only guessed. */
  get durationMs(): number | null {
    return this.#isEstimated ? null : this.#durationMs;
  }

  /** What was said when it ended before its end; null when nothing like that was. */
  get cutOff(): string | null {
    return this.#cutOff;
  }

  /** Complaints about what is in the file. */
  get faults(): number {
    return this.#faults;
  }

  get firstFault(): string | null {
    return this.#firstFault;
  }

  /** Mostly the reason, where it could not be read at all. */
  get lastFault(): string | null {
    return this.#lastFault;
  }

  /** Whether one of the first warnings and complaints is like this. */
  said(pattern: RegExp): boolean {
    return [...this.#said].some((text) => pattern.test(text));
  }

  #read(raw: string): void {
    const [, level, text] = LINE.exec(raw.slice(0, LONGEST_LINE)) ?? [];
    if (level === undefined || text === undefined) return;
    if (level === 'info') this.#readFacts(text);
    if (ESTIMATED.test(text)) this.#isEstimated = true;
    const isWarning = level === 'warning';
    const isComplaint = level === 'error' || level === 'fatal' || level === 'panic' || (isWarning && CORRUPT.test(text));
    const says = text.trim();
    if ((!isWarning && !isComplaint) || says === '') return;
    if (this.#said.size < MOST_KEPT) this.#said.add(says);
    if (!isComplaint) return;
    this.#cutOff = CUT_OFF.exec(says)?.[0] ?? this.#cutOff;
    this.#faults += 1;
    this.#firstFault ??= says;
    this.#lastFault = says;
  }

  #readFacts(text: string): void {
    this.#format ??= FORMAT.exec(text)?.[1] ?? null;
    const [, hours, minutes, seconds, start] = DURATION.exec(text) ?? [];
    if (this.#durationMs !== null || seconds === undefined) return;
    const startS = COUNTS_FROM_ZERO.test(this.#format ?? '') ? Number(start ?? 0) : 0;
    this.#durationMs = Math.max(0, Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - startS) * 1000));
  }
}
