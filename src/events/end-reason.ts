/** Why an event ended. */
export type EndReason = 'exit' | 'maxDuration' | 'cameraOffline' | 'cameraDisabled' | 'configChanged' | 'shutdown' | 'recovered';

/** Those that no frame has a part in. */
export type OutsideReason = Exclude<EndReason, 'exit' | 'maxDuration'>;
