import { placeInWords } from '../engine/models/model-place.ts';
import { findWeights } from '../engine/models/model-presence.ts';
import { readManifest } from '../engine/models/model-store.ts';
import { sameForAll } from '../engine/network-source.ts';
import { UNVERIFIED } from '../engine/self-test/sanity-self-test.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { readModelsConfig } from './models-settings.ts';

const LABELS_SHOWN = 20;

/** `framewatch models show NAME`: what its manifest says. */
export function modelsShow(name: string, flag: string | undefined, asJson: boolean): ExitCode {
  const config = readModelsConfig(flag);
  if (config === null) return EXIT.config;
  try {
    const manifest = readManifest(name, config);
    const weights = findWeights(manifest);
    if (asJson) {
      process.stdout.write(`${JSON.stringify({ ...manifest, weights }, null, 2)}\n`);
      return EXIT.ok;
    }
    const { input, outputs, source, labels, selfTest, license, labelsLicense } = manifest;
    const { mean, scale } = input.normalisation;
    const shown = labels.slice(0, LABELS_SHOWN).join(', ');
    const lines = [
      ['name', manifest.name],
      ['title', manifest.title],
      ['architecture', manifest.architecture],
      ['format', source.format],
      ['folder', manifest.folder],
      ['weights', `${placeInWords(source.place)} (${weights.state})`],
      ['sha256', manifest.weightsSha256],
      [
        'input',
        `${manifest.inputSize} × ${manifest.inputSize}, ${input.colourOrder}, ${input.layout}, ${input.dtype}, pictures are fitted by ${manifest.fit}`,
      ],
      [
        'normalised',
        input.dtype === 'uint8' ? 'by the network' : `(pixel − ${sameForAll(mean) ?? mean.join(', ')}) / ${sameForAll(scale) ?? scale.join(', ')}`,
      ],
      [
        'outputs',
        `${outputs.classes} (${outputs.kind})${outputs.features === null ? '' : `, ${outputs.features} (${manifest.featureSize ?? '?'} features)`}`,
      ],
      ['labels', labels.length > LABELS_SHOWN ? `${labels.length}: ${shown}, …` : shown],
      ['rules', Object.keys(manifest.defaultRules).join(', ') || 'none: cameras without rules of their own publish states only'],
      ['license', `${license.spdx}, ${license.origin}${labelsLicense === null ? '' : `; labels ${labelsLicense.spdx}, ${labelsLicense.origin}`}`],
      ['self-test', selfTest === null ? UNVERIFIED : `${selfTest.pictures.length} drawn pictures, each probability within ${selfTest.tolerance}`],
    ];
    process.stdout.write(`${lines.map(([key = '', value = '']) => `${key.padEnd(14)}${value}`).join('\n')}\n`);
    return EXIT.ok;
  } catch (error) {
    return printFault(error);
  }
}
