import { type Command, Option } from 'commander';
import { PICTURE_FITS } from '../engine/picture-fit.ts';
import { wholeNumber } from './argument-types.ts';
import type { ExitCode } from './exit-code.ts';
import type { ImportCommandOptions } from './models-import.ts';
import type { PullOptions } from './models-pull.ts';
import type { QuantizeOptions } from './models-quantize.ts';

interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds `framewatch models …`; `ended` is told the exit code of what ran. Loads only what that needs. */
export function addModelsCommands(program: Command, configHelp: string, ended: (code: ExitCode) => void): void {
  const models = program.command('models').description('the models folder: what is there, and how more gets into it');
  const add = (nameAndArguments: string, description: string) =>
    models
      .command(nameAndArguments)
      .description(description)
      .option('--config <file>', `${configHelp}; without any, the defaults`)
      .option('--json', 'one JSON document on standard output');
  add('list', 'every model, and whether it is ready').action(async ({ config, json }: CommonOptions) => {
    const { modelsList } = await import('./models-list.ts');
    ended(modelsList(config, json === true));
  });
  add('show <name>', "what a model's manifest says").action(async (name: string, { config, json }: CommonOptions) => {
    const { modelsShow } = await import('./models-show.ts');
    ended(modelsShow(name, config, json === true));
  });
  add('pull <name>', 'fetch the weights that a manifest names, and check them')
    .option('--from <url-or-file>', 'from there, not from where the manifest says; size and hash must be the same')
    .action(async (name: string, options: PullOptions) => {
      const { modelsPull } = await import('./models-pull.ts');
      ended(await modelsPull(name, options));
    });
  add('verify [name]', 'check files against their hashes and run the self-test; without a name, of all models that are here').action(
    async (name: string | undefined, { config, json }: CommonOptions) => {
      const { modelsVerify } = await import('./models-verify.ts');
      ended(await modelsVerify(name, config, json === true));
    },
  );
  add('quantize <name>', 'make the int8 form of a model, for ONNX Runtime on the CPU; the daemon finds it')
    .option(
      '--calibrate <dir-or-video...>',
      'footage like that of your cameras: videos, pictures, or folders of them; without any, only pictures that are drawn',
    )
    .option('--pictures <n>', 'so many are drawn, and at most so many are taken of each', wholeNumber(4, 512), 64)
    .action(async (name: string, options: QuantizeOptions) => {
      const { modelsQuantize } = await import('./models-quantize.ts');
      ended(await modelsQuantize(name, options));
    });
  add('import <dir-or-file>', 'take a model of your own: a TensorFlow.js or SavedModel folder, or an ONNX file; asks for what it cannot read')
    .requiredOption('--name <name>', 'what the model is called from now on')
    .option(
      '--normalise <how>',
      'what becomes of bytes 0…255: 0..1, -1..1, 0..255, imagenet, caffe, or MEAN/SCALE (each one number, or three for red, green, blue)',
    )
    .addOption(new Option('--colour-order <order>', 'what the network was trained with (default: rgb)').choices(['rgb', 'bgr']))
    .option('--labels <file>', 'names of the classes: YAML, JSON or one a line; or `imagenet`, or `numbered`')
    .addOption(new Option('--fit <how>', 'how a picture of another shape is made square (default: stretch)').choices(PICTURE_FITS))
    .option('--features <layer>', 'layer or tensor before the classifier, or `none` (default: found by itself where it can be)')
    .addOption(new Option('--outputs <kind>', 'what the network gives, where that cannot be read').choices(['probabilities', 'logits']))
    .option('--output <name>', 'the output with the classes, where there are several')
    .option('--size <n>', 'width and height of the pictures, for a network that takes any', wholeNumber(1, 2048))
    .option('--title <text>', 'what people read')
    .option('--architecture <text>', 'such as inception-v3')
    .option('--license <spdx>', 'of the model')
    .option('--origin <url>', 'where it comes from')
    .option('--replace', 'take the place of a model of this name')
    .option('--unverified', 'do not run it now: no results are expected from it, and the program says so whenever it runs')
    .action(async (source: string, options: ImportCommandOptions) => {
      const { modelsImport } = await import('./models-import.ts');
      ended(await modelsImport(source, options));
    });
}
