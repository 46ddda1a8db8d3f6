import type { RuleInterval } from '../../events/rule-intervals.ts';
import { counted, percent } from '../figures.ts';
import { fileTime } from '../file-time.ts';
import { endInWords, type FileFindings, type RegionFindings } from '../findings.ts';
import type { Thumbnail } from '../thumbnails.ts';
import { courseChart } from './course-chart.ts';
import { type Html, html, NOTHING } from './html.ts';
import { OTHERS, type ShownLabel } from './palette.ts';
import { along, timeAxis } from './time-axis.ts';

export interface FileSectionParts {
  readonly findings: FileFindings;
  /** Counts from 0; for anchors. */
  readonly index: number;
  readonly shown: readonly ShownLabel[];
  /** Names of the rules, in the order of the configuration. */
  readonly rules: readonly string[];
  /** Whether regions are told apart. */
  readonly namesRegions: boolean;
}

/** All about one file. */
export function fileSection(parts: FileSectionParts): Html {
  const { findings, index } = parts;
  const { file, regions, judged } = findings;
  const seen =
    judged === 0
      ? NOTHING
      : html`${regions.map((region, place) => regionFigure(region, place, parts))}${intervalTable(findings, parts.namesRegions)}`;
  return html`<section class="card" id="f${index}">
<h2>${file}</h2>
<p class="facts">${factsOf(findings)}</p>
${notices(findings)}
${seen}
</section>
`;
}

function factsOf({ durationMs, width, height, codec, judged, unjudged }: FileFindings): Html {
  const facts = [
    ...(durationMs === null ? [] : [fileTime(durationMs)]),
    ...(width === null || height === null ? [] : [`${width} × ${height}`]),
    ...(codec === null ? [] : [codec]),
    `${counted(judged)} ${judged === 1 ? 'picture' : 'pictures'} judged`,
    ...(unjudged > 0 ? [`${counted(unjudged)} not judged`] : []),
  ];
  return html`${facts.map((fact) => html`<span>${fact}</span>`)}`;
}

function notices({ error, warnings, complete, judgedMs, judged }: FileFindings): Html {
  const until = judged > 0 ? `Judged until ${fileTime(judgedMs)}. ` : 'Nothing was judged. ';
  const lines = warnings.map((warning) => html`<p class="notice warn">${warning}</p>`);
  if (error) return html`<p class="notice bad">${until}${capital(error.message)}. <code>${error.code}</code></p>${lines}`;
  return complete ? html`${lines}` : html`<p class="notice warn">${until}The run was ended before this file was through.</p>${lines}`;
}

function regionFigure(findings: RegionFindings, place: number, parts: FileSectionParts): Html {
  const { findings: file, shown, rules, namesRegions } = parts;
  const { region, timeline, thumbnails, shares } = findings;
  const durationMs = Math.max(file.durationMs ?? 0, file.judgedMs, 1);
  const anchor = (index: number) => `f${parts.index}-${place}-${index}`;
  const lanes = rules.map((rule) => lane(rule, file.intervals, region, durationMs));
  const marks = thumbnails.map(
    ({ timeMs, rule }, index) =>
      html`<a class="mark${rule === null ? '' : ' rule'}" href="#${anchor(index)}" style="left:${along(timeMs, durationMs)}" title="${fileTime(timeMs)}"></a>`,
  );
  // One picture has no course.
  const course =
    timeline === null || (timeline.counts.length === 1 && file.judged === 1)
      ? NOTHING
      : html`<figure class="timeline">${lanes}${courseChart(timeline, shown, file.complete ? durationMs : file.judgedMs, durationMs)}<div class="marks">${marks}</div>${timeAxis(durationMs)}</figure>`;
  return html`${namesRegions ? html`<h3>${region}</h3>` : NOTHING}
${course}
${shareBar(shares, shown)}
<div class="pictures">${thumbnails.map((thumbnail, index) => card(thumbnail, anchor(index), shown))}</div>
`;
}

function lane(rule: string, intervals: readonly RuleInterval[], region: string, durationMs: number): Html {
  const own = intervals.filter((interval) => interval.rule === rule && interval.region === region);
  const spans = own.map(({ startMs, endMs, peakScore }) => {
    const title = `${rule}: ${fileTime(startMs)} – ${fileTime(endMs)}, peak ${peakScore.toFixed(2)}`;
    return html`<span class="held" style="left:${along(startMs, durationMs)};width:${along(endMs - startMs, durationMs)}" title="${title}"></span>`;
  });
  return html`<div class="lane"><span class="name">${rule}${own.length === 0 ? ' did not hold' : ''}</span><div class="track">${spans}</div></div>`;
}

function shareBar(shares: RegionFindings['shares'], shown: readonly ShownLabel[]): Html {
  const styleOf = (label: string) => shown.find(({ name }) => name === label)?.style ?? OTHERS;
  const parts = shares.map(
    ({ label, share }) => html`<span class="${styleOf(label)}" style="flex-grow:${share.toFixed(5)}" title="${label} ${percent(share)}"></span>`,
  );
  const names = shares
    .slice(0, 8)
    .map(({ label, share }) => html`<li><i class="swatch ${styleOf(label)}"></i>${label} <b>${percent(share)}</b></li>`);
  return html`<div class="shares" aria-hidden="true">${parts}</div><ul class="names" aria-label="Strongest label, share of the pictures">${names}</ul>`;
}

function card({ timeMs, label, score, rule, jpeg }: Thumbnail, anchor: string, shown: readonly ShownLabel[]): Html {
  const style = shown.find(({ name }) => name === label)?.style ?? OTHERS;
  const what =
    rule === null ? html`<i class="swatch ${style}"></i>${label} ${score.toFixed(2)}` : html`<em>${rule}</em> ${score.toFixed(2)}, mostly ${label}`;
  const picture = `data:image/jpeg;base64,${Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length).toString('base64')}`;
  return html`<figure class="picture${rule === null ? '' : ' rule'}" id="${anchor}"><img src="${picture}" alt="Picture at ${fileTime(timeMs)}" loading="lazy"><figcaption><time>${fileTime(timeMs)}</time><span>${what}</span></figcaption></figure>`;
}

function intervalTable({ intervals, complete }: FileFindings, namesRegions: boolean): Html {
  if (intervals.length === 0) return NOTHING;
  const how = (reason: RuleInterval['endReason']) => (reason === 'exit' ? '' : ` (${endInWords(reason, complete)})`);
  const rows = intervals.map(
    ({ rule, region, label, startMs, decidedMs, endMs, peakScore, endReason }) => html`<tr>
<td data-name="Rule">${rule}${namesRegions ? ` in ${region}` : ''}</td><td data-name="From">${fileTime(startMs)}</td><td data-name="To">${fileTime(endMs)}${how(endReason)}</td>
<td data-name="Peak">${peakScore.toFixed(2)}</td><td data-name="Mostly">${label}</td><td data-name="Sure at">${fileTime(decidedMs)}</td></tr>
`,
  );
  return html`<table class="intervals"><thead><tr><th>Rule</th><th>From</th><th>To</th><th>Peak</th><th>Mostly</th><th>Sure at</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
