import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FramewatchError } from '../../src/util/errors.ts';
import { accepted, errorsOf, parse, warningsOf } from './sample.ts';

describe('parseConfig', () => {
  it('gives a complete configuration for the smallest file', () => {
    const config = accepted('cameras: { door: { url: rtsp://h/x } }');
    expect(config).toMatchObject({
      file: null,
      instance: 'framewatch',
      model: 'inception-v3-content-safety',
      modelsDir: '/opt/fw/models',
      stateDir: '/run/fw/state',
      engine: { backend: 'auto', device: 'auto', onUnavailable: 'fail', precision: 'auto', threads: 0 },
      batching: { maxBatchSize: 16, allowedBatchSizes: [1, 2, 4, 8, 16], policy: 'deadline', maxQueueDelayMs: 50 },
      history: { retentionDays: 14, snapshots: true, snapshotRetentionDays: 7, scoreTraceDays: 3, maxBytes: 1_073_741_824 },
      log: { level: 'info', format: 'auto' },
      ffmpeg: { path: null, hwaccel: 'none' },
      heads: {},
    });
    expect(config.mqtt).toEqual({
      enabled: true,
      expireEventsAfterSeconds: null,
      url: 'mqtt://localhost:1883',
      embeddedPort: 1883,
      username: null,
      password: null,
      clientId: null,
      protocolVersion: 5,
      baseTopic: 'framewatch',
      ca: null,
      cert: null,
      key: null,
      discovery: { enabled: true, prefix: 'homeassistant' },
      classifications: false,
    });
    expect(config.http).toEqual({
      enabled: true,
      host: '127.0.0.1',
      port: 8787,
      auth: { mode: 'token', tokenFile: '/run/fw/state/http-token' },
      allowedOrigins: [],
      allowedHosts: [],
      trustProxy: false,
      tls: { cert: null, key: null },
    });
  });

  it('is frozen all the way down', () => {
    const config = accepted('cameras: { door: { url: rtsp://h/x } }');
    for (const part of [config, config.engine, config.cameras, config.cameras[0], config.cameras[0]?.rules, config.cameras[0]?.rules[0]?.labels]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('reports all mistakes at once, each at its place, in the order of the file', () => {
    const text = `instnace: x
engine: { backend: onyx, threads: fast, device: [gpu] }
batching: 5
mqtt:
  url: http://x
  password: 12345
cameras:
  door: { url: rtsp://h/x, sampelFps: 2, maxLatencyMs: 1 }
  gate: { name: Gate }
  hall: 7
`;
    expect(errorsOf(text)).toEqual([
      '1:1: instnace: unknown key "instnace" (did you mean instance?)',
      '2:20: engine.backend: "onyx" is not a choice (did you mean onnx? one of auto, tensorflow, onnx, wasm)',
      '2:35: engine.threads: "fast" is not a number (a whole number from 0 to 1024)',
      '2:49: engine.device: is not a choice (one of auto, gpu, cpu)',
      '3:11: batching: is not a map (with the keys maxBatchSize, allowedBatchSizes, policy, maxQueueDelayMs below it)',
      '5:8: mqtt.url: is not a URL of a scheme that is allowed here (mqtt, mqtts, ws, wss, as in mqtt://localhost:1883)',
      '6:13: mqtt.password: is not a text (a text of at most 1024 characters; put it in quotes)',
      '8:28: cameras.door.sampelFps: unknown key "sampelFps" (did you mean sampleFps?)',
      '8:56: cameras.door.maxLatencyMs: "1" is too small (a number from 10 to 600000)',
      '9:3: cameras.gate.url: is missing (a URL: rtsp, rtsps, http, https, file)',
      '10:9: cameras.hall: is not a map (lines of `key: value` below it)',
    ]);
  });

  it('lets the environment give numbers and flags, exactly', () => {
    const port = 'http: { port: "$' + '{PORT}", trustProxy: "$' + '{PROXY}" }\nmqtt: { protocolVersion: "$' + '{V:-4}" }';
    expect(accepted(port, { env: { PORT: '80', PROXY: 'true' } })).toMatchObject({
      http: { port: 80, trustProxy: true },
      mqtt: { protocolVersion: 4 },
    });
    for (const PORT of ['80x', '', '0x50', ' 80', '80.5', '70000']) {
      const errors = errorsOf(port, { env: { PORT, PROXY: 'yes' } });
      expect(errors.map((line) => line.split(' ')[1])).toEqual(['http.port:', 'http.trustProxy:']);
      expect(errors[0]).not.toContain(JSON.stringify(PORT));
    }
    const literal = errorsOf('http: { port: "80" }');
    expect(literal).toEqual(['1:15: http.port: "80" is not a number (a whole number from 0 to 65535)']);
  });

  it('says one thing about a value whose variable is missing', () => {
    expect(errorsOf('cameras: { door: { url: "$' + '{URL}", password: "$' + '{P}" } }')).toHaveLength(2);
  });

  it('starts relative paths at the folder of the file, and the state folder as systemd says', () => {
    const config = accepted(
      'modelsDir: m\nstateDir: ../s\nffmpeg: { path: bin/ffmpeg }\nmqtt: { url: mqtts://h, ca: ca.pem, cert: /c.pem, key: k.pem }\nhttp: { auth: { tokenFile: t } }',
    );
    expect(config).toMatchObject({
      modelsDir: '/etc/fw/m',
      stateDir: '/etc/s',
      ffmpeg: { path: '/etc/fw/bin/ffmpeg' },
      mqtt: { ca: '/etc/fw/ca.pem', cert: '/c.pem', key: '/etc/fw/k.pem' },
      http: { auth: { tokenFile: '/etc/fw/t' } },
    });
    expect(accepted('', { env: { STATE_DIRECTORY: '/var/lib/framewatch:/var/lib/other' } }).stateDir).toBe('/var/lib/framewatch');
  });

  it('asks for the model with its folders and reports its fault at the key', () => {
    const asked: unknown[] = [];
    const modelFacts = (...args: unknown[]) => {
      asked.push(args);
      return new FramewatchError('MODEL_NOT_FOUND', 'there is no model x');
    };
    const result = parse('stateDir: /s\nmodel: x\ncameras: { a: { url: rtsp://h/x, rules: { r: { labels: [Any] } } } }', { modelFacts });
    expect(asked).toEqual([['x', '/opt/fw/models', '/s']]);
    expect(result).toMatchObject({
      ok: false,
      errors: [{ code: 'MODEL_NOT_FOUND', line: 2, column: 8, path: 'model', message: 'there is no model x' }],
    });
  });

  it('refuses a model name that is a path', () => {
    for (const model of ['../x', 'a/b', '.x', '/etc']) expect(errorsOf(`model: ${model}`)[0]).toContain('name of a model folder');
  });

  it('warns of a file without cameras', () => {
    expect(warningsOf('')).toEqual(['1:1: no camera is configured: nothing is watched (add one under cameras)']);
  });

  it('warns of a literal password that everybody can read', () => {
    const text =
      'mqtt: { password: abcdef, username: u }\ncameras: { a: { url: rtsp://u:pw@h/x }, b: { url: rtsp://h/x, username: u, password: "$' + '{P}" } }';
    expect(warningsOf(text, { worldReadable: true, env: { P: 'x' } }).map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      '1:19 mqtt.password',
      '2:22 cameras.a.url',
    ]);
    expect(warningsOf(text, { worldReadable: false, env: { P: 'x' } })).toEqual([]);
  });

  it('survives any text', () => {
    const piece = fc.constantFrom(
      'cameras',
      'mqtt',
      ':',
      ' ',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      'url',
      '"',
      "'",
      '|',
      '>',
      '&a',
      '*a',
      '!t',
      '#',
      '0',
      'null',
      '$' + '{A}',
      '\t',
      '?',
      ',',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const result = parse(pieces.join(''), { env: { A: 'x' } });
        if (!result.ok) expect(result.errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  it('survives any structure', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const key = fc.constantFrom('mqtt', 'http', 'heads', 'cameraDefaults', 'engine', 'batching', 'history', 'log');
    const inner = fc.record({ url: json, regions: json, rules: json, motion: json, password: json, passwordFile: json, heads: json, labels: json });
    fc.assert(
      fc.property(fc.dictionary(key, json), fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(inner, json)), (groups, cameras) => {
        const result = parse(JSON.stringify({ ...groups, cameras }));
        if (!result.ok) expect(result.errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 40 },
    );
  });
});
