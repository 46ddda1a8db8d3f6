import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bridgeDevice } from '../../../src/sinks/home-assistant/bridge-device.ts';
import { cameraDevice } from '../../../src/sinks/home-assistant/camera-device.ts';
import { anyCamera, anyFacts, FACTS } from '../../helpers/discovery.ts';
import { discoveryFaults } from '../../helpers/home-assistant-schema.ts';
import { renderTemplates } from '../../helpers/jinja.ts';

describe('bridgeDevice', () => {
  it('is the daemon, which shows that it is away by itself', () => {
    const { device, components } = bridgeDevice(FACTS);
    expect(device).toMatchObject({ identifiers: ['framewatch'], sw_version: '0.1.0' });
    expect(components['status']).toMatchObject({ state_topic: 'framewatch/status', device_class: 'connectivity', payload_off: 'offline' });
    expect(components['status']).not.toHaveProperty('availability');
  });

  it('reads what the daemon says every 30 s', () => {
    const stats = {
      version: '0.1.0',
      framesPerSecond: { received: 9, classified: 7.5 },
      outbox: { depth: 0 },
      engine: { backend: 'onnx', device: 'cpu', precision: 'int8' },
    };
    const { version, outbox, rate, engine } = bridgeDevice(FACTS).components;
    const render = (payload: unknown) =>
      renderTemplates(
        [version, outbox, rate, engine].map((each) => ({ template: String(each?.['value_template']), payload: JSON.stringify(payload) })),
      );
    expect(render(stats)).toEqual(['0.1.0', '0', '7.5', 'onnx cpu int8']);
    expect(render({ ...stats, engine: null })).toEqual(['0.1.0', '0', '7.5', 'None']);
    expect(render({})).toEqual(['None', 'None', 'None', 'None']);
  });

  it('is what Home Assistant takes, and shares no unique id with a camera of its daemon', () => {
    fc.assert(
      fc.property(anyFacts, fc.uniqueArray(anyCamera, { maxLength: 4, selector: ({ id }) => id.toLowerCase() }), (facts, cameras) => {
        expect(discoveryFaults(bridgeDevice(facts))).toEqual([]);
        const devices = [bridgeDevice(facts), ...cameras.filter(({ id }) => id !== 'bridge').map((camera) => cameraDevice(camera, facts))];
        const unique = devices.flatMap(({ components }) => Object.values(components).map(({ unique_id: id }) => id));
        expect(new Set(unique).size).toBe(unique.length);
      }),
    );
  });
});
