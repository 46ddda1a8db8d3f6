import { Argument, Command, CommanderError, Option } from 'commander';
import { messageOf } from '../util/errors.ts';
import { number, wholeNumber, wholeNumbers } from './argument-types.ts';
import type { BenchOptions } from './bench-command.ts';
import type { BenchPart } from './bench-run.ts';
import type { ClassifyOptions } from './classify-command.ts';
import { addEventsCommands } from './events-command.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { addModelsCommands } from './models-command.ts';
import { packageVersion } from './package.ts';
import type { RunOptions } from './run-command.ts';
import type { VerifyFeedOptions } from './verify-feed-command.ts';

const CONFIG_HELP = 'configuration file (else $FRAMEWATCH_CONFIG, ./config/framewatch.yaml, /etc/framewatch/framewatch.yaml)';

/** Runs one command of `framewatch` and gives the exit code. Never rejects. Loads no more of the program than that command needs. */
export async function commandLine(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = new Command('framewatch')
    .description('Watches many live cameras with one persistent network; label events over MQTT and WebSocket.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(framewatch help shows the commands)');
  program
    .command('run')
    .description('run the daemon in the foreground')
    .option('--config <file>', CONFIG_HELP)
    .option('--record-trace <file>', 'write when frames came and what batches cost, without names or pictures (docs/batching.md)')
    .option('--record-seconds <n>', 'end the recording after so many seconds; the daemon goes on', wholeNumber(1, 604_800))
    .action(async (options: RunOptions, command: Command) => {
      if (options.recordSeconds !== undefined && options.recordTrace === undefined) command.error('--record-seconds needs --record-trace FILE');
      const { runCommand } = await import('./run-command.ts');
      code = await runCommand(options);
    });
  program
    .command('check')
    .description('validate the configuration and print the effective one, secrets as ***')
    .option('--config <file>', CONFIG_HELP)
    .option('--json', 'one JSON document on standard output')
    .action(async (options: { config?: string; json?: boolean }) => {
      const { checkCommand } = await import('./check-command.ts');
      code = checkCommand(options.config, options.json === true);
    });
  program
    .command('schema')
    .description('print the JSON Schema of the configuration')
    .action(async () => {
      const { schemaCommand } = await import('./schema-command.ts');
      code = schemaCommand();
    });
  program
    .command('demo')
    .description('the whole program on simulated cameras over real RTSP, with an embedded broker')
    .option('--port <n>', 'port of the dashboard', wholeNumber(0, 65_535), 8787)
    .option('--seconds <n>', 'end by itself after so many seconds', wholeNumber(1, 86_400))
    .action(async (options: { port: number; seconds?: number }) => {
      const { demoCommand } = await import('./demo-command.ts');
      code = await demoCommand(options);
    });
  program
    .command('bench')
    .description('measure this machine: the engine at every batch size, then the cameras × rate that the whole pipeline carries')
    .addArgument(new Argument('[part]', 'only this part').choices(['engine', 'pipeline']))
    .option('--config <file>', `${CONFIG_HELP}; without any, the defaults`)
    .option('--bound <ms>', 'p99 of arrival to verdict must stay within it (default: maxLatencyMs of cameraDefaults)', number(10, 600_000))
    .option('--sample-fps <n>', 'pictures judged a second and camera (default: sampleFps of cameraDefaults)', number(0.05, 25))
    .addOption(new Option('--decode <mode>', 'which pictures are decoded (default: decode of cameraDefaults)').choices(['all', 'keyframes', 'auto']))
    .option('--max-cameras <n>', 'try no more cameras than this', wholeNumber(1, 1000), 64)
    .option(
      '--seconds <n>',
      'measure each step of the pipeline so long, after its warm-up (default: 10), or each batch size of the engine (3)',
      wholeNumber(2, 600),
    )
    .addOption(new Option('--backend <name>', 'engine: only this backend').choices(['onnx', 'tensorflow', 'wasm']))
    .addOption(new Option('--precision <name>', 'engine: only this precision').choices(['float32', 'int8']))
    .option('--sizes <list>', 'engine: these batch sizes, as in 1,4,16 (default: allowedBatchSizes)', wholeNumbers(1, 1024))
    .option('--brief', 'only the number of cameras at that rate')
    .option('--json', 'one JSON document on standard output')
    .action(async (part: BenchPart | undefined, options: BenchOptions, command: Command) => {
      for (const [name, given] of Object.entries({ backend: options.backend, precision: options.precision, sizes: options.sizes }))
        if (given !== undefined && part !== 'engine') command.error(`error: --${name} is for bench engine`);
      const { benchCommand } = await import('./bench-command.ts');
      code = await benchCommand(part, options);
    });
  addModelsCommands(program, CONFIG_HELP, (ended) => {
    code = ended;
  });
  addEventsCommands(program, CONFIG_HELP, (ended) => {
    code = ended;
  });
  program
    .command('classify')
    .description('judge recorded files as fast as the machine can: labels of every picture, rules as intervals (docs/classify.md)')
    .argument('<files...>', 'videos or pictures; what begins with a dash stands behind --')
    .option('--config <file>', `${CONFIG_HELP}; without any, the defaults`)
    .option('--fps <n>', 'judge at most so many pictures a second (default: all)', number(0.001, 1000))
    .addOption(new Option('--json', 'one JSON document on standard output').conflicts('csv'))
    .addOption(new Option('--csv', 'one row a picture on standard output'))
    .option('--report <file>', 'write one HTML page with timelines and pictures')
    .action(async (files: string[], options: ClassifyOptions) => {
      const { classifyCommand } = await import('./classify-command.ts');
      code = await classifyCommand(files, options);
    });
  program
    .command('verify-feed')
    .description('listen to the events as another program does, and tell what is missing, doubled, out of order or wrong (docs/verify-feed.md)')
    .option('--mqtt <url>', 'listen at this broker (default: that of the configuration)')
    .option('--ws <url>', "listen at a daemon's WebSocket: its address, as in http://127.0.0.1:8787")
    .option('--config <file>', `take broker, login and topic, or the access token, from it; ${CONFIG_HELP}`)
    .option('--base-topic <topic>', 'first part of the topics (default: framewatch)')
    .addOption(new Option('--protocol <version>', 'MQTT 5, or 4 for MQTT 3.1.1 (default: 5)').choices(['4', '5']))
    .option('--username <name>', 'login at the broker')
    .option('--password-file <file>', 'its password')
    .option('--token-file <file>', 'access token for --ws')
    .option('--ca <file>', 'certificate to trust, PEM')
    .option('--session <name>', 'client id of a session that the broker keeps while nobody listens: the next run gets what came meanwhile')
    .option('--after <n>', 'everything behind this sequence must come; with --ws it is asked for', wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option('--until-sequence <n>', 'end when this one has come; all up to it must have', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--seconds <n>', 'end after so many seconds (default: at Ctrl-C)', number(0.1, 31_536_000))
    .option('--json', 'one JSON document on standard output')
    .action(async (options: VerifyFeedOptions, command: Command) => {
      const { verifyFeedCommand, verifyFeedMisuse } = await import('./verify-feed-command.ts');
      const misuse = verifyFeedMisuse(options);
      if (misuse !== null) command.error(`error: ${misuse}`);
      code = await verifyFeedCommand(options);
    });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // commander has printed its message; help and version come this way, too, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(`framewatch: ${messageOf(error)}\n`);
    return exitCodeOf(error);
  }
}
