import type { RuleInterval } from '../events/rule-intervals.ts';
import { counted, percent } from './figures.ts';
import { fileTime } from './file-time.ts';
import { endInWords, type FileFindings, type RegionFindings, type RunFacts, type RunTotals } from './findings.ts';
import type { FileFormat, OutputFormat } from './output-format.ts';
import { printable } from './printable.ts';

const MOST_LABELS = 5;
const INDENT = '  ';
/** Names of rows are at least so wide. */
const LEAST_WIDTH = 8;

/** For people: a paragraph a file, as soon as it is judged. What is wrong with files stands on standard error. */
export function tableFormat({ rules, regions }: Pick<RunFacts, 'rules' | 'regions'>): OutputFormat {
  const width = Math.max(LEAST_WIDTH, ...rules.map(({ id }) => id.length));
  const file = (): FileFormat => ({
    head: () => '',
    verdict: () => '',
    tail: (findings) => paragraph(findings, rules.length > 0, regions.length > 1, width),
  });
  return { head: () => '', file, tail: totalLine };
}

function paragraph(findings: FileFindings, hasRules: boolean, namesRegions: boolean, width: number): string {
  const { file, judged, judgedMs, intervals, error, complete } = findings;
  const row = (name: string, text: string) => `${INDENT}${name.padEnd(width)}  ${text}\n`;
  let text = `${printable(file)}\n`;
  if (judged > 0 || complete) text += `${INDENT}${factsLine(findings)}\n`;
  if (judged > 0) {
    for (const region of findings.regions) text += row(namesRegions ? region.region : 'labels', sharesText(region));
    for (const interval of intervals) text += row(interval.rule, intervalText(interval, namesRegions, complete));
    if (hasRules && intervals.length === 0) text += row('rules', 'none held');
  }
  if (error || !complete) {
    const until = judged === 0 ? 'not judged' : `judged until ${fileTime(judgedMs)}`;
    text += error ? row('error', `${until} [${error.code}]`) : row('partial', until);
  }
  return `${text}\n`;
}

function factsLine({ durationMs, width, height, codec, judged, unjudged, seconds }: FileFindings): string {
  const facts: string[] = [];
  if (durationMs !== null) facts.push(fileTime(durationMs));
  if (width !== null && height !== null) facts.push(`${width}×${height}${codec === null ? '' : ` ${codec}`}`);
  facts.push(
    `${counted(judged)} ${judged === 1 ? 'picture' : 'pictures'} judged${seconds > 0 && judged > 1 ? `, ${(judged / seconds).toFixed(1)} a second` : ''}`,
  );
  if (unjudged > 0) facts.push(`${counted(unjudged)} not judged`);
  return facts.join(' · ');
}

function sharesText({ shares }: RegionFindings): string {
  const shown = shares.slice(0, MOST_LABELS).map(({ label, share }) => `${printable(label)} ${percent(share)}`);
  const more = shares.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function intervalText(
  { startMs, endMs, decidedMs, peakScore, label, region, endReason }: RuleInterval,
  namesRegion: boolean,
  isWhole: boolean,
): string {
  const span = `${fileTime(startMs)} – ${fileTime(endMs)}`;
  const where = namesRegion ? `  in ${region}` : '';
  const how = endReason === 'exit' ? '' : `  (${endInWords(endReason, isWhole)})`;
  return `${span}  peak ${peakScore.toFixed(2)}  ${printable(label)}${where}  sure at ${fileTime(decidedMs)}${how}`;
}

function totalLine({ files, judged, seconds, framesPerSecond, networkShare, engine, partialReason }: RunTotals): string {
  const what = `${counted(files.length)} ${files.length === 1 ? 'file' : 'files'}, ${counted(judged)} ${judged === 1 ? 'picture' : 'pictures'}`;
  const ran = engine ? ` (${engine.model}, ${engine.backend} ${engine.device} ${engine.precision})` : '';
  const rate =
    judged > 0
      ? ` in ${seconds.toFixed(1)} s: ${framesPerSecond.toFixed(1)} a second; the network ran ${percent(networkShare)} of the time${ran}`
      : '';
  return `${what}${rate}${partialReason === null ? '' : `\npartial: ${partialReason}`}\n`;
}
