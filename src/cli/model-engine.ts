import type { Config } from '../config/config.ts';
import type { InferenceEngine } from '../engine/engine.ts';
import type { EngineInit } from '../engine/process/engine-messages.ts';
import { EngineSupervisor } from '../engine/process/engine-supervisor.ts';
import { systemClock } from '../util/clock.ts';
import { builtEntryPoint } from '../util/entry-point.ts';
import { silentLogger } from '../util/logger.ts';

/** A slow backend is not a hanging one: nobody waits for verdicts here. */
const LIMITS = { start: 900_000, hang: 120_000 };

export type WantedModel = Pick<EngineInit, 'model' | 'modelsDir' | 'stateDir' | 'batchSizes'> &
  Partial<Pick<EngineInit, 'backend' | 'device' | 'features'>>;

/** Starts the engine process that the daemon would start, on a model; it is ready when its self-test is passed. Throws FramewatchError MODEL_*, ENGINE_*. */
export async function openModelEngine({ engine }: Config, wanted: WantedModel): Promise<InferenceEngine> {
  const supervisor = new EngineSupervisor({
    entryPoint: builtEntryPoint(import.meta.url, '../engine/process/engine-main'),
    init: { ...engine, features: false, ...wanted },
    ...{ clock: systemClock, log: silentLogger, onAvailability: () => undefined, limits: LIMITS },
  });
  try {
    await supervisor.start();
    return supervisor;
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}
