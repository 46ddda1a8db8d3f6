import type { Config, RuleConfig } from '../config/config.ts';
import { type ReplayedEvent, RuleReplay } from '../events/rule-replay.ts';
import { readTraceChunk } from '../events/trace-decoder.ts';
import { type TimeSpan, TraceExtent } from '../events/trace-extent.ts';
import { compareEvents } from '../events/whatif.ts';
import { HistoryReader } from '../store/history-reader.ts';
import { systemClock } from '../util/clock.ts';
import { FramewatchError } from '../util/errors.ts';
import { Redactor } from '../util/redactor.ts';
import { printProblems, readConfiguration } from './check-command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { printFault } from './fault.ts';
import { type RegionFindings, type WhatifFindings, whatifDocument, whatifLines } from './whatif-report.ts';

export interface WhatifOptions {
  readonly config?: string;
  readonly camera: string;
  readonly rule: string;
  readonly enter?: number;
  readonly exit?: number;
  readonly minFrames?: number;
  readonly enterFor?: number;
  readonly offDelay?: number;
  readonly cooldown?: number;
  readonly maxDuration?: number;
  /** Wall clock, ms. */
  readonly since?: number;
  readonly until?: number;
  readonly json?: boolean;
}

const PARTS_AT_ONCE = 64;

/** `framewatch events whatif`: 64 for a camera or rule that the configuration does not have, or numbers that no rule can have; 1 when there is nothing to run it over. */
export async function eventsWhatif(options: WhatifOptions): Promise<ExitCode> {
  const result = readConfiguration(options.config, new Redactor());
  if (!result.ok) {
    printProblems(result);
    return EXIT.config;
  }
  const rule = findRule(result.config, options);
  if (typeof rule === 'string') return wrong(rule);
  const changed = changedRule(rule, options);
  if (changed.exit > changed.enter) return wrong(`exit ${changed.exit} is above enter ${changed.enter}: give --exit, too`);
  const span = { sinceMs: options.since ?? Number.NEGATIVE_INFINITY, untilMs: options.until ?? Number.POSITIVE_INFINITY };
  if (span.sinceMs >= span.untilMs) return wrong('--since is not before --until');
  const reader = new HistoryReader({ stateDir: result.config.stateDir, clock: systemClock });
  try {
    const findings = await replay(reader, options.camera, rule, changed, span);
    const text = options.json === true ? JSON.stringify(whatifDocument(findings), null, 2) : whatifLines(findings).join('\n');
    process.stdout.write(`${text}\n`);
    return EXIT.ok;
  } catch (error) {
    return printFault(error);
  } finally {
    reader.close();
  }
}

function findRule({ cameras }: Config, { camera: id, rule: ruleId }: WhatifOptions): RuleConfig | string {
  const camera = cameras.find((each) => each.id === id);
  if (!camera) return `there is no camera ${JSON.stringify(id)}; the configuration has ${listOf(cameras)}`;
  return camera.rules.find((each) => each.id === ruleId) ?? `camera ${id} has no rule ${JSON.stringify(ruleId)}; it has ${listOf(camera.rules)}`;
}

function listOf(named: readonly { readonly id: string }[]): string {
  return named.length === 0 ? 'none' : named.map(({ id }) => id).join(', ');
}

function changedRule(rule: RuleConfig, options: WhatifOptions): RuleConfig {
  return {
    ...rule,
    enter: options.enter ?? rule.enter,
    exit: options.exit ?? rule.exit,
    minFrames: options.minFrames ?? rule.minFrames,
    enterForMs: options.enterFor ?? rule.enterForMs,
    offDelayMs: options.offDelay ?? rule.offDelayMs,
    cooldownMs: options.cooldown ?? rule.cooldownMs,
    maxDurationMs: options.maxDuration ?? rule.maxDurationMs,
  };
}

/** Both rules over the whole trace, so that what goes on at the begin of the time is known; told is what touches the time. */
async function replay(reader: HistoryReader, camera: string, rule: RuleConfig, changed: RuleConfig, span: TimeSpan): Promise<WhatifFindings> {
  const regions: RegionFindings[] = [];
  let exact = true;
  for (const region of rule.regions) {
    const extent = new TraceExtent(span);
    const [before, after] = [new RuleReplay(rule, region), new RuleReplay(changed, region)];
    for (let id = 0, isMore = true; isMore; ) {
      const page = await reader.scores({ camera, region, after: id, most: PARTS_AT_ONCE });
      for (const part of page.parts) {
        const entries = readTraceChunk(part);
        extent.take(part.session, part.chunk.number, entries);
        before.take(part.session, entries);
        after.take(part.session, entries);
      }
      id = page.id;
      isMore = page.parts.length === PARTS_AT_ONCE;
    }
    if (before.missing.length > 0) throw notTraced(camera, region, before.missing);
    exact &&= before.exact;
    const touched = (event: ReplayedEvent) => event.startedAt < span.untilMs && (event.endedAt ?? Number.POSITIVE_INFINITY) >= span.sinceMs;
    const [old, other] = [before.close(), after.close()];
    const { gained, lost, kept } = compareEvents(old, other);
    regions.push({
      ...{ region, extent, before: old.filter(touched), after: other.filter(touched) },
      ...{ gained: gained.filter(touched), lost: lost.filter(touched), kept: kept.filter((each) => touched(each.before) || touched(each.after)) },
    });
  }
  if (regions.every(({ extent }) => extent.firstMs === null)) throw nothingTraced(camera, rule.regions);
  return { camera, rule, changed, span, regions, exact };
}

function notTraced(camera: string, region: string, labels: readonly string[]): FramewatchError {
  return new FramewatchError(
    'STORE_UNAVAILABLE',
    `The score trace of ${camera}, ${region} does not have ${labels.join(', ')} of every frame: of a network with many labels it has those that rules named when it was written, and the strongest.`,
  );
}

function nothingTraced(camera: string, regions: readonly string[]): FramewatchError {
  return new FramewatchError(
    'STORE_UNAVAILABLE',
    `There is no score trace of ${camera}, ${regions.join(', ')}: nothing was judged within history.scoreTraceDays, or the daemon has not run for a minute yet.`,
  );
}

function wrong(words: string): ExitCode {
  process.stderr.write(`framewatch: ${words}\n`);
  return EXIT.usage;
}
