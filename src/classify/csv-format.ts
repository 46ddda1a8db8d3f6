import type { RunFacts } from './findings.ts';
import type { FileFormat, OutputFormat } from './output-format.ts';

const COLUMNS = ['file', 'time', 'frame', 'label', 'score', 'region'] as const;

/**
 * One row a picture and region (RFC 4180, but with line feeds): file as named, time in seconds, number of the picture, strongest label with its score, region, then the
 * probability of each label. Probabilities have four decimals, as everywhere.
 */
export function csvFormat({ labels }: Pick<RunFacts, 'labels'>): OutputFormat {
  const file = (name: string): FileFormat => ({
    head: () => '',
    verdict({ frame, timeMs, region, scores, probabilities }) {
      const top = scores[0];
      const fields = [name, (timeMs / 1000).toFixed(3), String(frame), top?.label ?? '', (top?.score ?? 0).toFixed(4), region];
      return csvRow([...fields, ...labels.map((_, index) => (probabilities[index] ?? 0).toFixed(4))]);
    },
    tail: () => '',
  });
  return { head: () => csvRow([...COLUMNS, ...labels]), file, tail: () => '' };
}

/** A line with its end. A field with a comma, a quote or a line break is quoted, its quotes doubled. */
export function csvRow(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\n`;
}
