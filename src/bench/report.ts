import { combinationLines } from './combination-report.ts';
import type { BenchDocument, Carried, EngineFigures, PipelineFigures } from './document.ts';
import type { Efficiency } from './efficiency.ts';
import type { Limit } from './limit.ts';
import { bar, latencyBar, table } from './plot.ts';
import type { Step } from './step.ts';
import { isUnverified } from './unverified.ts';

const BAR_COLUMNS = 24;
const LATENCY_COLUMNS = 40;

const LIMITS: Readonly<Record<Limit, string>> = {
  engine: 'the engine',
  decode: 'decoding',
  preprocess: 'preprocessing',
  daemon: "the daemon's main thread",
  bound: 'the bound',
  simulation: 'the simulated cameras, not the daemon',
  others: 'other programs',
  asked: 'nothing: no more was asked',
};

/** The document for people, as lines. */
export function reportLines(document: BenchDocument): readonly string[] {
  const { machine, engine, combinations, pipeline, notes, partial, partialReason, durationSeconds } = document;
  return [
    `Framewatch ${document.version} on ${machine.cores} cores, ${machine.processor}`,
    ...(combinations ? ['', ...combinationLines(combinations), ...(engine ? engineNotes(engine) : [])] : []),
    ...(engine && !combinations ? ['', ...engineLines(engine)] : []),
    ...(pipeline ? ['', ...pipelineLines(pipeline, machine.cores)] : []),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `note: ${note}`)] : []),
    '',
    `${partial ? `PARTIAL (${partialReason ?? 'unknown'}), ` : ''}took ${Math.round(durationSeconds)} s`,
  ];
}

function engineLines(engine: EngineFigures): string[] {
  const { backend, device, precision, threads, model, batches, startSeconds } = engine;
  const most = Math.max(...batches.map(({ framesPerSecond }) => framesPerSecond));
  const rows = batches.map(({ size, batchMs, framesPerSecond }) => [
    ...[`batch ${size}`, batchMs.p50.toFixed(0), batchMs.p95.toFixed(0), framesPerSecond.toFixed(1)],
    bar(framesPerSecond, most, BAR_COLUMNS),
  ]);
  return [
    `Engine alone: ${model}, ${backend} on ${device}, ${precision}, ${threads} ${threads === 1 ? 'thread' : 'threads'}; ready after ${startSeconds.toFixed(1)} s`,
    ...engineNotes(engine),
    ...(isUnverified(engine) ? ['  unverified: no acceptance report about such an engine yet (docs/gpu.md)'] : []),
    ...table([['', 'p50 ms', 'p95 ms', 'frames/s', ''], ...rows]),
  ];
}

function engineNotes({ fallback, selfTest, model }: EngineFigures): string[] {
  return [
    ...(fallback === null ? [] : [`  ${fallback}`]),
    ...(selfTest === 'sanity' ? [`  unverified: the manifest of ${model} has no expected results`] : []),
  ];
}

function pipelineLines({ settings, efficiency, cameraSteps, rateSteps, answer, frontier }: PipelineFigures, cores: number): string[] {
  const { stream, sampleFps, decode, boundMs, frameWidth, seconds } = settings;
  return [
    `Pipeline: simulated cameras of ${stream.width}×${stream.height}, ${stream.framesPerSecond} pictures/s, ${stream.kilobitsPerSecond / 1000} Mbit/s, a key frame every ${stream.keyFrameMs / 1000} s,`,
    `over RTSP through ffmpeg (decode ${decode}, ${frameWidth} wide); bound ${boundMs} ms; ${seconds} s a step. Latency is arrival → decided.`,
    ...(efficiency ? ['', ...efficiencyLines(efficiency)] : []),
    ...stepLines(`Cameras at ${sampleFps}/s each`, cameraSteps, boundMs, cores),
    ...stepLines('Highest rate of a fixed number of cameras', rateSteps, boundMs, cores),
    ...(frontier.length > 0 ? ['', 'It carries', ...frontierLines(frontier)] : []),
    ...(answer ? ['', ...answerLines(answer, sampleFps, boundMs)] : []),
  ];
}

function efficiencyLines({
  ratio,
  daemonFramesPerSecond,
  bareFramesPerSecond,
  before,
  after,
  batchSize,
  meanBatch,
  engineBusyShare,
}: Efficiency): string[] {
  return [
    `The whole daemon at its limit, with pictures that cost no decoding: ${daemonFramesPerSecond.toFixed(1)} frames/s, mean batch ${(meanBatch ?? 0).toFixed(1)}, inside the network ${share(engineBusyShare)} of the time;`,
    `the engine alone at batch ${batchSize}: ${before.toFixed(1)} before, ${after.toFixed(1)} after (mean ${bareFramesPerSecond.toFixed(1)}). Efficiency ${ratio.toFixed(2)}.`,
  ];
}

function stepLines(title: string, steps: readonly Step[], boundMs: number, cores: number): string[] {
  if (steps.length === 0) return [];
  const head = [
    '',
    'judged/s',
    'lost+late',
    'p50',
    'p99',
    'batch',
    'busy',
    `cores: ffmpeg engine daemon | cameras others (of ${cores})`,
    'p50 █  p99 ▒  bound │',
  ];
  const rows = steps.map((step) => {
    const { cores: used, latencyMs } = step;
    const total = latencyMs?.total;
    const parts = used && [used.ffmpeg, used.engine, used.daemon].map((value) => value.toFixed(2)).join(' ');
    const around = used && [used.cameras, used.others].map((value) => (value === null ? '?' : value.toFixed(2))).join(' ');
    return [
      `${step.cameras} × ${step.sampleFps}/s`,
      step.framesPerSecond.toFixed(1),
      share(step.missedShare),
      total ? total.p50.toFixed(0) : '',
      total ? total.p99.toFixed(0) : '',
      step.meanBatch === null ? '' : step.meanBatch.toFixed(1),
      share(step.engineBusyShare),
      parts === null ? '?' : `${parts} | ${around}`,
      `${total ? latencyBar(total.p50, total.p99, boundMs, LATENCY_COLUMNS) : ''.padEnd(LATENCY_COLUMNS)} ${step.holds ? 'holds' : step.broken.join('; ')}`,
    ];
  });
  return ['', title, ...table([head, ...rows])];
}

function frontierLines(frontier: readonly Carried[]): string[] {
  const most = Math.max(...frontier.map(({ framesPerSecond }) => framesPerSecond));
  return table(
    frontier.map(({ cameras, sampleFps, framesPerSecond, p99Ms, limitedBy }) => [
      `${cameras} × ${sampleFps}/s`,
      `${framesPerSecond.toFixed(1)} verdicts/s`,
      `p99 ${(p99Ms ?? 0).toFixed(0)} ms`,
      LIMITS[limitedBy],
      bar(framesPerSecond, most, BAR_COLUMNS),
    ]),
  );
}

function answerLines({ cameras, framesPerSecond, p99Ms, limitedBy, evidence }: Carried, sampleFps: number, boundMs: number): string[] {
  const what =
    p99Ms === null
      ? `Not even one camera at ${sampleFps}/s keeps the bound of ${boundMs} ms.`
      : `It carries ${cameras} ${cameras === 1 ? 'camera' : 'cameras'} at ${sampleFps}/s: ${framesPerSecond.toFixed(1)} verdicts/s, p99 ${p99Ms.toFixed(0)} of ${boundMs} ms.`;
  return [what, `Limited by ${LIMITS[limitedBy]}:`, ...evidence.map((line) => `  ${line}`)];
}

function share(value: number): string {
  return `${(value * 100).toFixed(value < 0.1 ? 1 : 0)} %`;
}
