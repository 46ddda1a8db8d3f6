import fc from 'fast-check';
import type { RuleConfig } from '../../src/config/config.ts';
import { DEVICE_CLASSES } from '../../src/config/device-classes.ts';
import type { AnnouncedCamera } from '../../src/sinks/home-assistant/camera-device.ts';
import type { DiscoveryFacts } from '../../src/sinks/home-assistant/device-discovery.ts';
import { Topics } from '../../src/sinks/topics.ts';

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,64}$/);
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 128, unit: 'binary' }),
  fc.constantFrom('<img src=x onerror=alert(1)>', '{{ states }}', "'); DROP TABLE", '"},"x":{', '\u0000\u0007\n', '#+/', 'ᛞ 🚪'),
);

/** Any facts that a configuration may lead to. */
export const anyFacts: fc.Arbitrary<DiscoveryFacts> = fc.record({
  instance: id,
  version: fc.constantFrom('0.1.0', '1.0.0-beta.1+x'),
  supportUrl: fc.constantFrom(null, 'https://example.org/help'),
  prefix: fc.constantFrom('homeassistant', 'home/assistant'),
  topics: fc.constantFrom('framewatch', 'a/b c/d').map((base) => new Topics(base)),
});

/** Any camera that a configuration may have. */
export const anyCamera: fc.Arbitrary<AnnouncedCamera> = fc
  .record({ id, name, regions: fc.uniqueArray(id, { minLength: 1, maxLength: 3 }), ruleIds: fc.uniqueArray(id, { maxLength: 3 }) })
  .chain(({ regions, ruleIds, ...rest }) =>
    fc
      .record({
        regions: fc.constant(regions.map((region) => ({ id: region, crop: null, heads: [] }))),
        rules: fc.tuple(...ruleIds.map((rule) => ruleOf(rule, regions))),
      })
      .map((more) => ({ ...rest, ...more })),
  );

function ruleOf(rule: string, regions: readonly string[]): fc.Arbitrary<RuleConfig> {
  return fc
    .record({ regions: fc.subarray([...regions], { minLength: 1 }), deviceClass: fc.constantFrom(null, ...DEVICE_CLASSES) })
    .map((about) => aRule(rule, about));
}

export function aRule(rule: string, about: Partial<RuleConfig> = {}): RuleConfig {
  const times = { enterForMs: 0, offDelayMs: 3000, cooldownMs: 30_000, maxDurationMs: 0 };
  return { id: rule, labels: ['Porn'], regions: ['full'], enter: 0.8, minFrames: 3, exit: 0.6, ...times, deviceClass: null, ...about };
}

export const FACTS: DiscoveryFacts = {
  instance: 'framewatch',
  version: '0.1.0',
  supportUrl: 'https://example.org/help',
  prefix: 'homeassistant',
  topics: new Topics('framewatch'),
};

export function aCamera(about: Partial<AnnouncedCamera> = {}): AnnouncedCamera {
  return { id: 'front_door', name: 'Front door', regions: [{ id: 'full', crop: null, heads: [] }], rules: [aRule('unsafe')], ...about };
}
