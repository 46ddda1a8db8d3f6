import { isLoopbackHost, unmapped } from './client-address.ts';

export interface OriginPolicy {
  /** The host bound to. */
  readonly boundHost: string;
  /** Further names, `name` or `name:port`. */
  readonly allowedHosts: readonly string[];
  /** Further origins, `https://name[:port]`. */
  readonly allowedOrigins: readonly string[];
}

/** What of a request the policy looks at. */
export interface OriginFacts {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** Sec-Fetch-Site: browsers say themselves where a request came from. */
  readonly fetchSite: string | undefined;
  /** The address on this machine at which the connection arrived. */
  readonly localAddress: string | undefined;
  /** Whether the request may change something. */
  readonly changes: boolean;
}

/**
 * Keeps foreign pages in the operator's browser out: by name (DNS rebinding: the page's own name resolves to us, but the Host header
 * still carries it) and by origin (cross-site requests and WebSockets, which no same-origin rule stops).
 * Returns why the request is refused, or null.
 */
export function refusalOf(facts: OriginFacts, policy: OriginPolicy): string | null {
  const host = splitHost(facts.host ?? '');
  if (!host) return 'the Host header is missing or malformed';
  if (!isKnownHost(host, facts.localAddress, policy)) {
    return `the host name ${JSON.stringify(host.name)} is not one of this server; add it to http.allowedHosts if it should be`;
  }
  if (facts.origin !== undefined && !isKnownOrigin(facts.origin, host, policy)) {
    return `the origin ${JSON.stringify(facts.origin.slice(0, 200))} is not allowed; add it to http.allowedOrigins if it should be`;
  }
  const site = facts.fetchSite;
  // `same-site` is another host of the same domain: trusted only as an allowed origin.
  if (facts.changes && site !== undefined && site !== 'same-origin' && site !== 'none' && facts.origin === undefined) {
    return 'a page of another site may not change anything here';
  }
  return null;
}

interface HostParts {
  /** Lower case, IPv6 without brackets. */
  readonly name: string;
  readonly port: string;
}

function splitHost(text: string): HostParts | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(text);
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? null : { name: name.toLowerCase().replace(/\.$/, ''), port: match?.[3] ?? '' };
}

function isKnownHost(host: HostParts, localAddress: string | undefined, policy: OriginPolicy): boolean {
  if (isLoopbackHost(host.name)) return true;
  if (host.name === policy.boundHost.toLowerCase()) return true;
  // An address literal is no name that somebody could have pointed at us: the one at which the connection arrived is ours.
  if (localAddress !== undefined && host.name === unmapped(localAddress).toLowerCase()) return true;
  return policy.allowedHosts.some((entry) => {
    const allowed = splitHost(entry);
    return allowed !== null && allowed.name === host.name && (allowed.port === '' || allowed.port === host.port);
  });
}

function isKnownOrigin(text: string, host: HostParts, policy: OriginPolicy): boolean {
  if (!URL.canParse(text)) return false;
  const origin = new URL(text);
  if (origin.protocol !== 'http:' && origin.protocol !== 'https:') return false;
  if (policy.allowedOrigins.some((allowed) => URL.canParse(allowed) && new URL(allowed).origin === origin.origin)) return true;
  const usual = origin.protocol === 'https:' ? '443' : '80';
  const name = origin.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  return name === host.name && (origin.port || usual) === (host.port || usual);
}
