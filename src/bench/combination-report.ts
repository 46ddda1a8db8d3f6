import type { CombinationFigures, SizeFigures } from './combination-figures.ts';
import { bar, table } from './plot.ts';
import { isUnverified } from './unverified.ts';

const BAR_COLUMNS = 24;
const MIB = 1024 * 1024;

/** All combinations for people: what each batch size of each does, the best of all marked; those that cannot run here with the reason. */
export function combinationLines(combinations: readonly CombinationFigures[]): string[] {
  const measured = combinations.filter((one) => one.state === 'measured');
  const absent = combinations.filter((one) => one.state === 'not here');
  const most = Math.max(0, ...measured.flatMap(({ sizes }) => sizes.map(({ framesPerSecond }) => framesPerSecond)));
  const unverified = combinations.some((one) => isUnverified(one));
  return [
    ...(measured.length > 0 ? ['Every backend and precision that runs here, the network alone', ...measuredLines(measured, most)] : []),
    ...measured.flatMap((one) => one.leftOut.map((size) => `  ${nameOf(one)}: a batch of ${size} takes too long to be measured`)),
    ...absent.map((one) => `not here: ${nameOf(one)}${isUnverified(one) ? ' (unverified)' : ''}: ${one.reason}`),
    ...(unverified
      ? ['unverified: no acceptance report about such an engine yet (docs/gpu.md); what stands here is what it did on this machine']
      : []),
  ];
}

type Measured = Extract<CombinationFigures, { readonly state: 'measured' }>;

function measuredLines(measured: readonly Measured[], most: number): string[] {
  const head = ['', 'batch', 'ms a batch', 'quartiles', 'frames/s', 'of rounds', 'memory MiB', 'ready, s', ''];
  return table([head, ...measured.flatMap((one) => one.sizes.map((size, index) => row(one, size, index === 0, most)))]);
}

function row(one: Measured, figures: SizeFigures, isFirst: boolean, most: number): string[] {
  const { size, batchMs, framesPerSecond, lowestFramesPerSecond, highestFramesPerSecond } = figures;
  const { residentBytes } = one;
  const memory = residentBytes === null ? '?' : `${(residentBytes.warm / MIB).toFixed(0)} → ${(residentBytes.measured / MIB).toFixed(0)}`;
  const marks = [framesPerSecond === most ? '◀ best' : '', isUnverified(one) ? 'unverified' : ''].filter((mark) => mark !== '');
  return [
    isFirst ? nameOf(one) : '',
    String(size),
    ms(batchMs.p50),
    `${ms(batchMs.p25)}–${ms(batchMs.p75)}`,
    framesPerSecond.toFixed(1),
    `${lowestFramesPerSecond.toFixed(1)}–${highestFramesPerSecond.toFixed(1)}`,
    isFirst ? memory : '',
    isFirst ? one.startSeconds.toFixed(1) : '',
    [bar(framesPerSecond, most, BAR_COLUMNS), ...marks].join(' '),
  ];
}

function nameOf(one: CombinationFigures): string {
  const provider = one.state === 'measured' && one.provider !== null ? ` (${one.provider})` : '';
  return `${one.backend} ${one.device}${provider} ${one.precision}${one.isConfigured ? ', configured' : ''}`;
}

/** Batches of a GPU take few ms. */
function ms(value: number): string {
  return value.toFixed(value < 20 ? 1 : 0);
}
