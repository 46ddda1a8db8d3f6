#!/usr/bin/env node
import { commandLine } from './command-line.ts';

// Its reader has gone or its disk is full: what cannot be told ends nothing, and the exit code still says it.
process.stderr.on('error', () => undefined);

// Handles may be left in libraries; what had to be closed is closed when `commandLine` resolves.
process.exit(await commandLine(process.argv.slice(2)));
