import type { Camera, LabelEvent } from './messages.ts';

/** A rule that holds in a region now. */
export interface ActiveRule {
  readonly rule: string;
  readonly region: string;
}

export function activeRulesOf(camera: Pick<Camera, 'rules'>): readonly ActiveRule[] {
  return Object.entries(camera.rules).flatMap(([rule, { activeRegions }]) => activeRegions.map((region) => ({ rule, region })));
}

/** After an event: it begins, goes on, or ends. The same list when nothing changes. */
export function withRuleEvent(active: readonly ActiveRule[], event: Pick<LabelEvent, 'type' | 'rule' | 'region'>): readonly ActiveRule[] {
  const isKnown = active.some(({ rule, region }) => rule === event.rule && region === event.region);
  if (event.type === 'end') return isKnown ? active.filter(({ rule, region }) => rule !== event.rule || region !== event.region) : active;
  return isKnown ? active : [...active, { rule: event.rule, region: event.region }];
}
