import { isIPv4, isIPv6 } from 'node:net'

/** What everything is counted as that should be an address and is none. */
const noAddress = 'no address'

/**
 * Whom `address` belongs to, for whatever is counted by address: of IPv4 its owner, of IPv6 the first 64 bits, which one
 * household has to itself (RFC 6177). Some proxies write the port of the connection behind it (`192.0.2.7:49152`,
 * `[2001:db8::1]:49152`), which is another for each connection and says nothing. All that is no address is one.
 */
export function networkOf(address: string): string {
  const host = withoutPort(address)
  const mapped = /^::ffff:([\d.]+)$/i.exec(host)?.[1] ?? host
  if (isIPv4(mapped)) return mapped
  if (!isIPv6(host)) return noAddress
  const [head = '', tail] = host.split('%')[0]!.split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const between = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(between).fill('0'), ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')
}

function withoutPort(address: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
}
