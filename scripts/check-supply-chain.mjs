#!/usr/bin/env node
// Reads the lockfile: every package with integrity, none from anywhere but the registry, none older than a version with a known hole.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** @type {Record<string, string>} */
const MINIMUM = { ws: '8.21.0', tar: '7.5.19', convict: '6.2.5' };
/**
 * What must not come in at all, and what to use in its place.
 * @type {Record<string, string>}
 */
const FORBIDDEN = { 'js-yaml': 'yaml' };
const { packages } = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const problems = [];
for (const [place, entry] of Object.entries(packages)) {
  if (place === '' || entry.link) continue;
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (!entry.integrity) problems.push(`${place}: no integrity in the lockfile`);
  if (entry.resolved && !entry.resolved.startsWith('https://registry.npmjs.org/')) problems.push(`${place}: comes from ${entry.resolved}`);
  if (MINIMUM[name] && older(entry.version, MINIMUM[name])) problems.push(`${place}: ${entry.version} is older than ${MINIMUM[name]}`);
  // Tools that never see input from outside may.
  if (FORBIDDEN[name] && !entry.dev) problems.push(`${place}: use ${FORBIDDEN[name]} instead`);
}
for (const problem of problems) process.stderr.write(`supply chain: ${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);

/** @param {string} version @param {string} minimum */
function older(version, minimum) {
  const numbers = (/** @type {string} */ text) => text.replace(/-.*/, '').split('.').map(Number);
  const [a, b] = [numbers(version), numbers(minimum)];
  const differs = a.findIndex((part, index) => part !== b[index]);
  return differs !== -1 && (a[differs] ?? 0) < (b[differs] ?? 0);
}
