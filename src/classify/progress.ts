import { counted } from './figures.ts';
import { duration } from './file-time.ts';
import { printable } from './printable.ts';

/** How far the work on one file is. */
export interface FileProgress {
  /** For files whose duration is not known (yet). */
  readonly bytes: number;
  readonly durationMs: number | null;
  /** Until where it is judged. */
  readonly judgedMs: number;
  readonly isOver: boolean;
}

export interface ProgressState {
  readonly files: readonly FileProgress[];
  readonly judged: number;
  /** Since the first picture; 0 before it. */
  readonly elapsedMs: number;
  /** Pictures a second, lately. */
  readonly rate: number;
  /** What is being worked on. */
  readonly name: string;
}

/** No more is believed of an estimate, ms. */
const LONGEST_LEFT_MS = 360_000_000;
/** Before so much is done an estimate is a guess. */
const LEAST_SHARE = 0.005;
const BAR_CELLS = 24;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** How much of all files is done, 0…1: by their durations, those that are not known yet taken to be like the others of their size. Null when none is known. */
export function doneShare(files: readonly FileProgress[]): number | null {
  const known = files.filter(({ durationMs }) => durationMs !== null);
  const bytes = known.reduce((sum, file) => sum + file.bytes, 0);
  const ms = known.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  if (ms <= 0) return files.length > 1 ? files.filter(({ isOver }) => isOver).length / files.length : null;
  const msPerByte = bytes > 0 ? ms / bytes : 0;
  let [all, done] = [0, 0];
  for (const { bytes: size, durationMs, judgedMs, isOver } of files) {
    const whole = durationMs ?? (isOver ? judgedMs : size * msPerByte);
    all += whole;
    done += isOver ? whole : Math.min(whole, judgedMs);
  }
  return all > 0 ? Math.min(1, done / all) : null;
}

/** One line of at most `columns` cells: bar, share, pictures, rate, time left, file. What does not fit is left out from the end. */
export function progressLine({ files, judged, elapsedMs, rate, name }: ProgressState, columns: number): string {
  if (elapsedMs === 0) return fitted([printable(name)], columns);
  const share = doneShare(files);
  const parts: string[] = [];
  if (share !== null) parts.push(bar(share), `${Math.floor(share * 100)} %`);
  parts.push(`${counted(judged)} ${judged === 1 ? 'picture' : 'pictures'}`);
  if (rate > 0) parts.push(`${rate.toFixed(1)}/s`);
  const left = share !== null && share >= LEAST_SHARE ? (elapsedMs * (1 - share)) / share : Number.POSITIVE_INFINITY;
  if (left <= LONGEST_LEFT_MS) parts.push(`${duration(left)} left`);
  return fitted([...parts, printable(name)], columns);
}

function fitted(parts: readonly string[], columns: number): string {
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line}  ${part}`;
    // A terminal breaks the line when its last cell is written; a broken line cannot be drawn over.
    if (cells(longer) >= columns) break;
    line = longer;
  }
  return line;
}

function bar(share: number): string {
  const eighths = Math.round(share * BAR_CELLS * 8);
  const whole = Math.floor(eighths / 8);
  const filled = '█'.repeat(whole) + (EIGHTHS[eighths % 8] ?? '');
  return filled.padEnd(BAR_CELLS, '░');
}

/** Characters of East Asia are two cells wide. */
function cells(text: string): number {
  let sum = 0;
  for (const character of text)
    sum += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(character)
      ? 2
      : 1;
  return sum;
}
