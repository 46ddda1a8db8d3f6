export type MqttMessageKind = 'event' | 'replay' | 'retained' | 'classification' | 'stats' | 'health';

/** `refused`: the broker said no. `expired`: too old to be told, by choice. `notSent`: it read too slowly, or the connection went. */
export type MqttDropReason = 'refused' | 'expired' | 'notConnected' | 'notSent';

/** `tooLarge`: for what it is. `retained`: a command that was kept by the broker may be old. `tooMany`: a flood. `notUnderstood`: the payload means nothing here. */
export type IncomingDropReason = 'tooLarge' | 'retained' | 'tooMany' | 'notUnderstood';

/** What the publisher tells of itself; implemented by telemetry. */
export interface MqttObserver {
  connectionChanged(connected: boolean): void;
  /** Handed to the connection; an event that has to be repeated counts again. */
  published(kind: MqttMessageKind): void;
  /** The broker has it; `tookMs` since it was handed over (for QoS 0: written). */
  acknowledged(kind: MqttMessageKind, tookMs: number): void;
  dropped(kind: MqttMessageKind, reason: MqttDropReason): void;
  /** A message that came and was not acted upon. */
  ignored(reason: IncomingDropReason): void;
}
