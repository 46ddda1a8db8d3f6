#!/usr/bin/env node
// Part of gpu-acceptance.sh: makes one Markdown file of what the steps left in a folder, without names of hosts, users or addresses. With --is-way it only says whether a
// self-test ran the way that was meant: CUDA and WebGPU are both `onnx` on a GPU.
import { existsSync, readFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const LONGEST_REASON = 600;
/** @type {Record<string, { backend: string, device: string, provider?: string }>} */
const WAYS = {
  cuda: { backend: 'onnx', device: 'gpu', provider: 'cuda' },
  webgpu: { backend: 'onnx', device: 'gpu', provider: 'webgpu' },
  tensorflow: { backend: 'tensorflow', device: 'gpu' },
  cpu: { backend: 'onnx', device: 'cpu' },
  wasm: { backend: 'wasm', device: 'cpu' },
};
const { values, positionals } = parseArgs({
  options: {
    kind: { type: 'string', default: 'gpu' },
    ways: { type: 'string', default: '' },
    folder: { type: 'string', default: '' },
    'is-way': { type: 'string' },
  },
  allowPositionals: true,
});

if (values['is-way'] !== undefined) {
  const wrong = otherWay(values['is-way'], JSON.parse(readFileSync(positionals[0] ?? '', 'utf8')));
  if (wrong !== null) process.stdout.write(`${wrong}\n`);
  process.exit(wrong === null ? 0 : 1);
}
process.stdout.write(anonymous(reportText()));

/** Null when `verified` (of `models verify --json`) ran the way that was meant, else what it did. @param {string} way @param {any} verified */
function otherWay(way, verified) {
  const [{ state, engine } = {}] = verified.models ?? [];
  if (state !== 'passed') return `${way}: the self-test was not passed`;
  const wanted = WAYS[way] ?? { backend: '', device: '' };
  const is = [engine.backend, engine.device, wanted.provider === undefined ? undefined : engine.provider];
  const should = [wanted.backend, wanted.device, wanted.provider];
  if (is.every((part, index) => part === should[index])) return null;
  return `${way}: it ran as ${is.filter((part) => part !== undefined && part !== null).join(' ')}`;
}

function reportText() {
  const steps = read('steps')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const isRehearsal = values.kind === 'rehearsal';
  /** @param {string} wanted */
  const endedSo = (wanted) => steps.filter(([, outcome]) => outcome === wanted).map(([step]) => step);
  const [failed, skipped] = [endedSo('failed'), endedSo('skipped')];
  const run = json('run.json');
  return [
    '# Framewatch: GPU acceptance',
    '',
    ...(isRehearsal ? ['**Rehearsal on a CPU: says nothing about a GPU.**', ''] : []),
    `**Verdict: ${verdict(isRehearsal, failed, run)}${skipped.length === 0 ? '' : `; skipped: ${skipped.join(', ')}`}**`,
    '',
    `Made ${new Date().toISOString()}.`,
    '',
    ...heading('Steps'),
    ...table(
      ['step', 'outcome', 'reason'],
      steps.map(([step = '', outcome = '']) => [step, outcome, outcome === 'failed' ? reasonOf(step) : '']),
    ),
    ...heading('Machine'),
    ...block(read('machine.out')),
    ...heading('Versions'),
    ...block(read('versions.out')),
    ...heading('Self-test'),
    ...table(['way', 'outcome', 'runs on', 'batch sizes', 'reason'], values.ways.split(' ').map(selfTestRow)),
    ...heading('The network alone'),
    ...values.ways.split(' ').flatMap(engineLines),
    ...heading('The pipeline'),
    ...pipelineLines(json('bench-pipeline.json')),
    ...heading('The daemon'),
    ...runLines(run),
  ].join('\n');
}

/** @param {boolean} isRehearsal @param {readonly (string | undefined)[]} failed @param {any} run */
function verdict(isRehearsal, failed, run) {
  if (isRehearsal) return `the script ${failed.length === 0 ? 'met no fault' : `failed in ${failed.join(', ')}`}; nothing is accepted by a rehearsal`;
  const passed = read('passed')
    .trim()
    .split('\n')
    .filter((way) => way !== '');
  if (passed.length === 0) return 'NOT ACCEPTED: no way to the GPU passed the self-test';
  const faults = failed.filter((step) => step !== 'self-test').map((step) => `${step} failed`);
  if (run && run.engine.device !== 'gpu') faults.push('the daemon did not run on the GPU');
  if (run && run.engine.restarts > 0) faults.push(`the engine was restarted ${run.engine.restarts} times`);
  if (run?.gpu?.meanUtilisation === 0) faults.push('nvidia-smi saw the GPU idle all the time');
  if (!run) faults.push('the daemon was not run');
  const missing = values.ways.split(' ').filter((way) => !passed.includes(way));
  const rest = missing.length === 0 ? '' : `; not passed: ${missing.join(', ')}`;
  return faults.length === 0
    ? `ACCEPTED: ${passed.join(', ')}${rest}`
    : `NOT ACCEPTED: ${faults.join('; ')} (self-test passed: ${passed.join(', ')}${rest})`;
}

/** @param {string} way */
function selfTestRow(way) {
  const verified = json(`self-test-${way}.json`);
  const [model] = verified?.models ?? [];
  if (!model) return [way, 'not run', '', '', shortened(read(`self-test-${way}.err`))];
  const { engine } = model;
  const wrong = otherWay(way, verified);
  const place = engine ? `${engine.backend} ${engine.device} ${engine.provider ?? ''} ${engine.precision}`.replace(/ +/g, ' ') : '';
  return [
    way,
    wrong === null ? 'passed' : 'failed',
    place,
    (engine?.batchSizes ?? []).join(', '),
    wrong === null ? '' : shortened(model.message ?? wrong),
  ];
}

/** @param {string} way */
function engineLines(way) {
  const document = json(`bench-engine-${way}.json`);
  if (!document) return [];
  const rows = (document.combinations ?? []).flatMap((/** @type {any} */ one) => {
    const name = [one.backend, one.device, one.provider, one.precision].filter(Boolean).join(' ');
    if (one.state !== 'measured') return [[name, 'not here', '', '', '', shortened(one.reason)]];
    const mib = (/** @type {number} */ bytes) => (bytes / 1024 / 1024).toFixed(0);
    const memory = one.residentBytes ? `${mib(one.residentBytes.warm)} → ${mib(one.residentBytes.measured)} MiB` : '';
    return one.sizes.map((/** @type {any} */ size) => [
      name,
      size.size,
      `${size.batchMs.p50.toFixed(1)} (${size.batchMs.p25.toFixed(1)}–${size.batchMs.p75.toFixed(1)})`,
      size.framesPerSecond.toFixed(1),
      `${size.lowestFramesPerSecond.toFixed(1)}–${size.highestFramesPerSecond.toFixed(1)}`,
      memory,
    ]);
  });
  return [
    `Measured with way \`${way}\`:`,
    '',
    ...table(['', 'batch', 'ms a batch (quartiles)', 'frames/s', 'of rounds', 'memory of the process'], rows),
  ];
}

/** @param {any} document */
function pipelineLines(document) {
  const pipeline = document?.pipeline;
  if (!pipeline) return ['Not measured.', ''];
  const { answer, settings, cameraSteps } = pipeline;
  const rows = cameraSteps.map((/** @type {any} */ step) => [
    `${step.cameras} × ${step.sampleFps}/s`,
    step.framesPerSecond.toFixed(1),
    step.latencyMs ? step.latencyMs.total.p50.toFixed(0) : '',
    step.latencyMs ? step.latencyMs.total.p99.toFixed(0) : '',
    step.engineBusyShare.toFixed(2),
    step.holds ? 'holds' : step.broken.join('; '),
  ]);
  return [
    `Bound ${settings.boundMs} ms. ${answer ? `It carries ${answer.cameras} cameras at ${answer.sampleFps}/s; limited by ${answer.limitedBy}.` : ''}`,
    '',
    ...table(['load', 'verdicts/s', 'p50 ms', 'p99 ms', 'network ran', ''], rows),
  ];
}

/** @param {any} run */
function runLines(run) {
  if (!run) return ['Not run.', ''];
  const { engine, latencyMs, gpu, memoryAtStart, memoryAtEnd } = run;
  const memoryOf = (/** @type {Record<string, number>} */ roles) =>
    Object.entries(roles)
      .map(([role, mib]) => `${role} ${mib}`)
      .join(', ');
  return table(
    ['', ''],
    [
      ['ran', `${run.seconds.toFixed(0)} s, ${run.cameras} cameras × ${run.rate}/s of 640×360, bound ${run.boundMs} ms`],
      ['engine', [engine.backend, engine.device, engine.provider, engine.precision].filter(Boolean).join(' ')],
      ['restarts of the engine', engine.restarts],
      ['verdicts', `${run.judged}, ${run.verdictsPerSecond.toFixed(1)} a second`],
      ['dropped', run.dropped],
      ['latency, p50 / p99', `${latencyMs.p50?.toFixed(0) ?? '?'} / ${latencyMs.p99?.toFixed(0) ?? '?'} ms`],
      [
        'GPU in use',
        gpu
          ? `${gpu.meanUtilisation.toFixed(0)} % on average of ${gpu.samples} looks; memory ${gpu.firstMib} → ${gpu.lastMib} MiB`
          : 'not seen (no nvidia-smi)',
      ],
      ['memory, MiB, at the start', memoryOf(memoryAtStart)],
      ['memory, MiB, at the end', memoryOf(memoryAtEnd)],
    ],
  );
}

/** @param {string} step */
function reasonOf(step) {
  return shortened(read(`${step}.err`));
}

/** The last lines of a text, on one line. @param {string} text */
function shortened(text) {
  return text.trim().split('\n').slice(-3).join(' ').replaceAll('|', '\\|').slice(0, LONGEST_REASON);
}

/** Texts of programs hold paths, and with them names. @param {string} text */
function anonymous(text) {
  const user = userInfo().username;
  const hidden = [[root, '(framewatch)'], [homedir(), '~'], [hostname(), '(host)'], ...(user === 'root' ? [] : [[user, '(user)']])].filter(
    ([found = '']) => found.length > 2,
  );
  const named = hidden.reduce((result, [found = '', instead = '']) => result.replaceAll(found, instead), text);
  return named.replace(/\b(?!127\.0\.0\.1\b|0\.0\.0\.0\b)(?:\d{1,3}\.){3}\d{1,3}\b(?!\.\d)/g, (address) =>
    isAddress(address) ? '(address)' : address,
  );
}

/** Versions of drivers have four parts as well, but not four bytes. @param {string} text */
function isAddress(text) {
  return text.split('.').every((part) => Number(part) <= 255) && Number(text.split('.')[0]) >= 10;
}

/** @param {string} name */
function read(name) {
  const file = path.join(values.folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Null when the step that writes it did not get that far. @param {string} name */
function json(name) {
  try {
    return JSON.parse(read(name));
  } catch {
    return null;
  }
}

/** @param {string} text */
function heading(text) {
  return [`## ${text}`, ''];
}

/** @param {string} text */
function block(text) {
  return ['```', text.trimEnd(), '```', ''];
}

/** @param {readonly string[]} head @param {readonly (readonly (string | number)[])[]} rows */
function table(head, rows) {
  const line = (/** @type {readonly (string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}
