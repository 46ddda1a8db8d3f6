import { describe, expect, it } from 'vitest';
import { activeRulesOf, withRuleEvent } from '../../../src/dashboard/state/active-rules.ts';

describe('active rules', () => {
  const rule = { labels: [], enter: 0.8, exit: 0.6 };

  it('are those of each region', () => {
    const rules = {
      unsafe: { ...rule, active: true, activeRegions: ['full', 'gate'] },
      drawing: { ...rule, active: false, activeRegions: [] },
    };
    expect(activeRulesOf({ rules })).toEqual([
      { rule: 'unsafe', region: 'full' },
      { rule: 'unsafe', region: 'gate' },
    ]);
  });

  it('follow events', () => {
    const event = (type: 'start' | 'update' | 'end', region: string) => ({ type, rule: 'unsafe', region });
    const started = withRuleEvent([], event('start', 'full'));
    expect(started).toEqual([{ rule: 'unsafe', region: 'full' }]);
    expect(withRuleEvent(started, event('update', 'full'))).toBe(started);
    expect(withRuleEvent(started, event('end', 'gate'))).toBe(started);
    expect(withRuleEvent(started, event('end', 'full'))).toEqual([]);
    // After a reconnection the start was missed.
    expect(withRuleEvent([], event('update', 'gate'))).toEqual([{ rule: 'unsafe', region: 'gate' }]);
  });
});
