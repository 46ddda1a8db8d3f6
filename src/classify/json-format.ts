import type { FileFindings, RunFacts, RunTotals } from './findings.ts';
import type { FrameVerdict } from './frame-verdict.ts';
import type { FileFormat, OutputFormat } from './output-format.ts';

const TOP_LABELS = 5;

/** One document, written from its beginning to its end: docs/classify.md describes it. Times and durations are ms from the start of the file. */
export function jsonFormat({ fps, ...facts }: RunFacts): OutputFormat {
  return {
    head: () => `${JSON.stringify({ schema: 1, ...facts, fps }).slice(0, -1)},"files":[`,
    file: (name, index) => jsonFile(name, index === 0),
    tail: (totals) => `\n],${members(outcome(totals))}}\n`,
  };
}

function jsonFile(name: string, isFirst: boolean): FileFormat {
  let rows = 0;
  return {
    head: () => `${isFirst ? '' : ','}\n{"file":${JSON.stringify(name)},"frames":[`,
    verdict(verdict) {
      rows += 1;
      return `${rows === 1 ? '' : ','}\n${JSON.stringify(row(verdict))}`;
    },
    tail: (findings) => `${rows === 0 ? '' : '\n'}],${members(summary(findings))}}`,
  };
}

function row({ frame, timeMs, region, scores }: FrameVerdict): object {
  const top = scores.slice(0, TOP_LABELS).map(({ label, score }) => ({ label, score: rounded(score) }));
  return { frame, timeMs, region, label: top[0]?.label ?? '', score: top[0]?.score ?? 0, top };
}

function summary(findings: FileFindings): object {
  const { durationMs, codec, width, height, judged, unjudged, judgedMs, seconds, regions, intervals, complete, error, warnings } = findings;
  return {
    durationMs,
    codec,
    width,
    height,
    judged,
    unjudged,
    judgedMs,
    seconds: rounded(seconds),
    shares: regions.map(({ region, shares }) => ({ region, labels: shares.map(({ label, share }) => ({ label, share: rounded(share) })) })),
    intervals: intervals.map((interval) => ({ ...interval, peakScore: rounded(interval.peakScore) })),
    complete,
    error,
    warnings,
  };
}

function outcome({ judged, seconds, framesPerSecond, networkShare, engine, partialReason }: RunTotals): object {
  const { sha256, backend, device, precision } = engine ?? { sha256: null, backend: null, device: null, precision: null };
  const rates = { seconds: rounded(seconds), framesPerSecond: rounded(framesPerSecond), networkShare: rounded(networkShare) };
  return { judged, ...rates, engine: engine && { sha256, backend, device, precision }, partial: partialReason !== null, partialReason };
}

/** `{"a":1,"b":2}` → `"a":1,"b":2`, for a document that is written in pieces. */
function members(object: object): string {
  return JSON.stringify(object).slice(1, -1);
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
