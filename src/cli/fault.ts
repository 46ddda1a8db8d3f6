import { FramewatchError, messageOf } from '../util/errors.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

/** One line a problem on standard error, with the code that docs/errors.md explains. Gives the exit code of a command that could not do what it was asked. */
export function printFault(error: unknown): ExitCode {
  process.stderr.write(`framewatch: ${error instanceof FramewatchError ? error.code : 'INTERNAL'}: ${messageOf(error)}\n`);
  return EXIT.fault;
}
