import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../src/config/groups.ts';
import { accepted, errorsOf, parse } from './sample.ts';

describe('readBatching', () => {
  it('lets size limit and ladder follow each other', () => {
    expect(accepted('batching: { maxBatchSize: 6 }').batching.allowedBatchSizes).toEqual([1, 2, 4, 6]);
    expect(accepted('batching: { maxBatchSize: 32 }').batching.allowedBatchSizes).toEqual([1, 2, 4, 8, 16, 32]);
    expect(accepted('batching: { maxBatchSize: 1 }').batching.allowedBatchSizes).toEqual([1]);
    expect(accepted('batching: { allowedBatchSizes: [1, 32] }').batching.maxBatchSize).toBe(32);
  });

  it('refuses a ladder that descends, repeats or exceeds the limit', () => {
    expect(errorsOf('batching: { allowedBatchSizes: [1, 4, 2] }')[0]).toContain('1:39: batching.allowedBatchSizes[2]: "2" is smaller');
    expect(errorsOf('batching: { allowedBatchSizes: [1, 1] }')[0]).toContain('listed twice');
    expect(errorsOf('batching: { maxBatchSize: 4, allowedBatchSizes: [1, 8] }')[0]).toContain('8 is above maxBatchSize (none above 4)');
  });
});

describe('readMqtt', () => {
  it.each(['mqtt://h:1', 'mqtts://h', 'ws://h/mqtt', 'wss://h/mqtt', 'embedded'])('accepts %s', (url) => {
    expect(accepted(`mqtt: { url: ${url} }`).mqtt.url).toMatch(new RegExp(`^${url}`));
  });

  it('moves credentials out of the URL', () => {
    const { mqtt } = accepted('mqtt: { url: "mqtts://me:p%40ss@broker:8883" }');
    expect([mqtt.url, mqtt.username, mqtt.password?.reveal()]).toEqual(['mqtts://broker:8883', 'me', 'p@ss']);
  });

  it('wants certificate and key together, and topics without wildcards', () => {
    expect(errorsOf('mqtt: { cert: a.pem }')).toEqual(['1:15: mqtt.cert: is given without key (both or neither)']);
    expect(errorsOf('mqtt: { cert: null, key: null }')).toEqual([]);
    for (const topic of ['a/#', '+/b', '/a', 'a/']) expect(errorsOf(`mqtt: { baseTopic: ${topic} }`)[0]).toContain('an MQTT topic without');
    expect(accepted('mqtt: { baseTopic: home/cams }').mqtt.baseTopic).toBe('home/cams');
  });
});

describe('readHttp', () => {
  it('accepts no authentication on loopback only', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
      expect(errorsOf(`http: { host: "${host}", auth: { mode: none } }`)).toEqual([]);
    for (const host of ['0.0.0.0', '::', '192.168.1.2', 'localhost.example', '127.example', '127.0.0.1.example']) {
      const result = parse(`http: { host: "${host}", auth: { mode: none } }`);
      expect(result).toMatchObject({ ok: false, errors: [{ code: 'HTTP_INSECURE', path: 'http.auth.mode', line: 1 }] });
    }
    expect(errorsOf('http: { host: 0.0.0.0 }')).toEqual([]);
    expect(errorsOf('http: { enabled: false, host: 0.0.0.0, auth: { mode: none } }')).toEqual([]);
  });

  it('wants origins without a path, and TLS certificate and key together', () => {
    expect(errorsOf('http: { allowedOrigins: ["https://a.b/c"] }')[0]).toContain('an origin such as');
    expect(accepted('http: { allowedOrigins: ["https://a.b:1"], allowedHosts: [a.b] }').http.allowedOrigins).toEqual(['https://a.b:1']);
    expect(errorsOf('http: { tls: { key: k.pem } }')).toEqual(['1:21: http.tls.key: is given without tls.cert (both or neither)']);
  });
});

describe('isLoopback', () => {
  it('looks at the address, not at what it resembles', () => {
    expect(isLoopback('127.255.0.1')).toBe(true);
    expect(isLoopback('127.0.0.1.evil.example')).toBe(false);
    expect(isLoopback('::ffff:8.8.8.8')).toBe(false);
  });
});
