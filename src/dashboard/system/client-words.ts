import type { Client } from './system-stats.ts';

const MOST_NAMED = 4;

/** Which cameras a client watches. */
export function cameraWords({ cameras, cameraCount }: Pick<Client, 'cameras' | 'cameraCount'>, nameOf: (id: string) => string): string {
  if (cameraCount === 0) return 'watches no camera';
  const named = cameras.slice(0, MOST_NAMED).map(nameOf).join(', ');
  const more = cameraCount - Math.min(MOST_NAMED, cameras.length);
  return `watches ${named}${more > 0 ? ` and ${more.toLocaleString()} more` : ''}`;
}

export function waitingWords(bytes: number): string {
  if (bytes === 0) return 'nothing waits';
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB wait` : `${(bytes / 1024 / 1024).toFixed(1)} MiB wait`;
}

export function droppedWords(count: number): string {
  if (count === 0) return 'nothing left out';
  return count === 1 ? 'one picture left out' : `${count.toLocaleString()} pictures left out`;
}
