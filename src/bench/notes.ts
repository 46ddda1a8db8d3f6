import type { PipelineFigures } from './document.ts';
import type { Step } from './step.ts';

/** Other programs that take so much of a core spoil the figures. */
const OTHERS_MATTER = 0.15;
const SIMULATION_MATTERS = 0.05;
/** With fewer the 99th percentile is the slowest verdict. */
const FEW_SAMPLES = 100;

/** What a reader of the figures has to know. */
export function notesOn({ settings, cameraSteps, rateSteps }: PipelineFigures, cores: number): readonly string[] {
  const steps = [...cameraSteps, ...rateSteps];
  const notes: string[] = [];
  const most = (of: (step: Step) => number | null | undefined) => Math.max(0, ...steps.map((step) => of(step) ?? 0));
  const own = most((step) => step.cores && step.cores.cameras + step.cores.bench);
  const others = most((step) => step.cores?.others);
  if (own >= SIMULATION_MATTERS)
    notes.push(
      `the simulated cameras and the measurement took up to ${own.toFixed(2)} of the ${cores} cores; real cameras take none, so a real installation carries a little more`,
    );
  if (others >= OTHERS_MATTER)
    notes.push(`other programs took up to ${others.toFixed(2)} of the ${cores} cores: measured while the machine was busy`);
  if (steps.some(({ cores: used }) => used === null)) notes.push('this system has no /proc: CPU time by process is not known');
  if (steps.some(({ samples }) => samples > 0 && samples < FEW_SAMPLES))
    notes.push(`where fewer than ${FEW_SAMPLES} verdicts were measured, p99 is the slowest of them; --seconds measures longer`);
  if (settings.isShortOfMemory) notes.push(`no more than ${settings.maxCameras} cameras were tried: more do not fit into the memory that is free`);
  if (settings.decode === 'keyframes' && settings.sampleFps > 1000 / settings.stream.keyFrameMs)
    notes.push(`with decode keyframes these cameras give ${1000 / settings.stream.keyFrameMs} pictures/s at most, whatever rate is asked for`);
  return notes;
}
