import { isIP } from 'node:net';

/** What limits are counted by: the IPv4 address, or the /64 of an IPv6 address, since one machine owns all of that. */
export function addressGroup(address: string): string {
  const plain = unmapped(address);
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}

/**
 * Who is asking. Behind a trusted proxy it is the last entry of X-Forwarded-For: the only one that the proxy itself wrote, all before it
 * may be the client's invention.
 */
export function clientAddress(socketAddress: string | undefined, forwardedFor: string | undefined, trustProxy: boolean): string {
  const direct = unmapped(socketAddress ?? 'unknown');
  if (!trustProxy || forwardedFor === undefined) return direct;
  const last = forwardedFor.split(',').at(-1)?.trim() ?? '';
  return isIP(last) === 0 ? direct : unmapped(last);
}

/** Whether a host, as written in the configuration, is reachable from this machine alone. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** IPv4 as IPv4, also where a dual-stack socket says `::ffff:1.2.3.4`. */
export function unmapped(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}
