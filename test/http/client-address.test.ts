import { describe, expect, it } from 'vitest';
import { addressGroup, clientAddress, isLoopbackHost } from '../../src/http/client-address.ts';

describe('addressGroup', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});

describe('clientAddress', () => {
  it('believes the last entry of a proxy, only when told to', () => {
    expect(clientAddress('127.0.0.1', '203.0.113.9, 198.51.100.2', false)).toBe('127.0.0.1');
    expect(clientAddress('127.0.0.1', '203.0.113.9, 198.51.100.2', true)).toBe('198.51.100.2');
    expect(clientAddress('127.0.0.1', 'nonsense', true)).toBe('127.0.0.1');
    expect(clientAddress('127.0.0.1', undefined, true)).toBe('127.0.0.1');
    expect(clientAddress('::ffff:127.0.0.1', undefined, false)).toBe('127.0.0.1');
  });
});

describe('isLoopbackHost', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('%s is', (host) => expect(isLoopbackHost(host)).toBe(true));
  it.each(['0.0.0.0', '::', '192.168.1.1', 'localhost.example', '127.0.0.1.example', ''])('%s is not', (host) =>
    expect(isLoopbackHost(host)).toBe(false),
  );
});
