import { configJsonSchema } from '../config/json-schema.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** `framewatch schema`; config/framewatch.schema.json is its output, and a test compares the two. */
export function schemaCommand(): ExitCode {
  process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return EXIT.ok;
}
