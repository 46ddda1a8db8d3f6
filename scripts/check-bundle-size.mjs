#!/usr/bin/env node
// What a browser has to load of the built dashboard (dist/dashboard): prints it, compressed, and fails above the limit.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** Bytes of JavaScript after gzip, players included. */
const LIMIT = 100_000;

const assets = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist/dashboard/assets');
const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
if (scripts.length === 0) throw new Error(`${assets} holds no script: was the dashboard built?`);
const sizes = scripts.map((name) => ({ name, bytes: gzipSync(readFileSync(path.join(assets, name))).length }));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
for (const { name, bytes } of sizes) process.stdout.write(`${String(bytes).padStart(7)} ${name}\n`);
process.stdout.write(`${String(total).padStart(7)} of at most ${LIMIT} bytes\n`);
if (total > LIMIT) process.exit(1);
