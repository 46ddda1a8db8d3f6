#!/usr/bin/env node
// Every static check, all of them even when one fails, and a non-zero exit when any did.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** @type {[name: string, file: string, args: string[]][]} */
const CHECKS = [
  // Benches and helper processes are checked against what they import: the built program.
  ['build', 'scripts/build.mjs', []],
  ['biome', 'node_modules/@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', '.']],
  ['tsc', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']],
  ['tsc declarations', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--noEmit']],
  ['tsc dashboard', 'node_modules/typescript/bin/tsc', ['-p', 'src/dashboard/tsconfig.json', '--noEmit']],
  ['eslint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings', '0', '.']],
  ['depcruise', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', ['--config', '.dependency-cruiser.mjs', 'src', 'test', 'bench']],
  ['knip', 'node_modules/knip/bin/knip.js', []],
  ['supply chain', 'scripts/check-supply-chain.mjs', []],
];

/** @type {string[]} */
const failed = [];
for (const [name, file, args] of CHECKS) {
  process.stdout.write(`── ${name}\n`);
  const { status } = spawnSync(process.execPath, [path.join(root, file), ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
if (failed.length > 0) {
  process.stderr.write(`check: failed: ${failed.join(', ')}\n`);
  process.exit(1);
}
process.stdout.write(`check: all ${CHECKS.length} passed\n`);
