import type { RunFacts, RunTotals } from '../findings.ts';
import { fileSection } from './file-section.ts';
import { Html, html } from './html.ts';
import { contents, heading } from './overview.ts';
import { palette, paletteCss } from './palette.ts';
import { REPORT_STYLE } from './report-style.ts';

/** Nothing is loaded and nothing runs, whatever a file or a label is called. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** One page that needs nothing but itself: no script, no request. */
export function reportPage(facts: RunFacts, totals: RunTotals): string {
  const shown = palette(facts, totals);
  const rules = facts.rules.map(({ id }) => id);
  const namesRegions = facts.regions.length > 1;
  const title = totals.files.length === 1 ? (totals.files[0]?.file ?? '') : `${totals.files.length} recordings`;
  const sections = totals.files.map((findings, index) => fileSection({ findings, index, shown, rules, namesRegions }));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} · Framewatch</title>
<style>${new Html(REPORT_STYLE + paletteCss())}</style>
</head>
<body>
${heading(facts, totals, shown)}<main>
${contents(totals.files, shown)}${sections}</main>
</body>
</html>
`.text;
}
