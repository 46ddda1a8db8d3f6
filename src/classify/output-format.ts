import type { FileFindings, RunTotals } from './findings.ts';
import type { FrameVerdict } from './frame-verdict.ts';

/** How results are written, piece by piece, so that nobody has to keep them. The pieces of one file follow each other; files stand in the order in which they were named. */
export interface OutputFormat {
  head(): string;
  /** `index` counts from 0. */
  file(name: string, index: number): FileFormat;
  tail(totals: RunTotals): string;
}

export interface FileFormat {
  head(): string;
  verdict(verdict: FrameVerdict): string;
  tail(findings: FileFindings): string;
}
