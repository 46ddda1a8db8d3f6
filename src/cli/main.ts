#!/usr/bin/env node
import { commandLine } from './command-line.ts';

// Handles may be left in libraries; what had to be closed is closed when `commandLine` resolves.
process.exit(await commandLine(process.argv.slice(2)));
