import type { RuleConfig } from '../../config/config.ts';
import { counted, percent } from '../figures.ts';
import { duration, fileTime } from '../file-time.ts';
import type { FileFindings, RunFacts, RunTotals } from '../findings.ts';
import { type Html, html, NOTHING } from './html.ts';
import { OTHERS, type ShownLabel } from './palette.ts';

/** What the whole run was: title, figures, rules, legend. */
export function heading(facts: RunFacts, totals: RunTotals, shown: readonly ShownLabel[]): Html {
  const { files, judged, seconds, framesPerSecond, engine, partialReason } = totals;
  const videoMs = files.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
  const held = files.reduce((sum, { intervals }) => sum + intervals.length, 0);
  const figures: readonly (readonly [string, string])[] = [
    [duration(videoMs), 'of video'],
    [counted(judged), facts.fps === null ? 'pictures judged' : `pictures judged, at most ${facts.fps} a second`],
    [counted(held), held === 1 ? 'time a rule held' : 'times a rule held'],
    [framesPerSecond.toFixed(framesPerSecond < 100 ? 1 : 0), `pictures a second, ${seconds.toFixed(0)} s in all`],
  ];
  const ran = engine === null ? '' : ` on ${engine.backend} ${engine.device}, ${engine.precision}`;
  return html`<header>
<p class="brand">Framewatch ${facts.version}</p>
<h1>${counted(files.length)} ${files.length === 1 ? 'recording' : 'recordings'}</h1>
<p class="made">${facts.at.slice(0, 16).replace('T', ' ')} UTC · ${facts.model}${ran}</p>
${partialReason === null ? NOTHING : html`<p class="notice warn">This is not all: ${partialReason}.</p>`}
<dl class="figures">${figures.map(([figure, name]) => html`<div><dt>${name}</dt><dd>${figure}</dd></div>`)}</dl>
<ul class="rules">${facts.rules.map((rule) => html`<li><em>${rule.id}</em> ${ruleInWords(rule)}</li>`)}</ul>
</header>
<ul class="legend" aria-label="Colours of the labels">${shown.map(({ name, style }) => html`<li><i class="swatch ${style}"></i>${name}</li>`)}</ul>
`;
}

/** A line a file, with links; nothing for one file. */
export function contents(files: readonly FileFindings[], shown: readonly ShownLabel[]): Html {
  if (files.length < 2) return NOTHING;
  const rows = files.map(
    (findings, index) =>
      html`<li><a href="#f${index}">${findings.file}</a>${strip(findings, shown)}<span class="state">${state(findings)}</span></li>`,
  );
  return html`<nav class="card contents" aria-label="Files"><ol>${rows}</ol></nav>
`;
}

function strip({ regions }: FileFindings, shown: readonly ShownLabel[]): Html {
  const shares = regions[0]?.shares ?? [];
  const styleOf = (label: string) => shown.find(({ name }) => name === label)?.style ?? OTHERS;
  return html`<span class="shares">${shares.map(({ label, share }) => html`<span class="${styleOf(label)}" style="flex-grow:${share.toFixed(5)}" title="${label} ${percent(share)}"></span>`)}</span>`;
}

function state({ intervals, durationMs, error, complete }: FileFindings): Html {
  if (error) return html`<b class="bad">${error.code}</b>`;
  const held = intervals.length === 0 ? NOTHING : html`<b class="bad">held ${intervals.length} ×</b> · `;
  const length = durationMs === null ? '' : fileTime(durationMs);
  return complete ? html`${held}${length}` : html`${held}<b class="warn">not to its end</b>`;
}

function ruleInWords({ labels, enter, minFrames, enterForMs, exit, offDelayMs, regions }: RuleConfig): string {
  const where = regions.length === 1 && regions[0] === 'full' ? '' : ` in ${regions.join(', ')}`;
  const inARow = minFrames > 1 ? ` in ${minFrames} pictures in a row` : '';
  const span = enterForMs > 0 ? ` over ${enterForMs / 1000} s` : '';
  const off = offDelayMs > 0 ? ` for ${offDelayMs / 1000} s` : '';
  return `${labels.join(' + ')}${where} ≥ ${enter.toFixed(2)}${inARow}${span}, until < ${exit.toFixed(2)}${off}`;
}
