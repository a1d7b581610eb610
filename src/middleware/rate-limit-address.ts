import type { Context } from 'hono'
import {
  convertIPv4MappedIPv6ToIPv4,
  convertIPv4ToBinary,
  convertIPv6BinaryToString,
  convertIPv6ToBinary,
  isIPv4MappedIPv6,
} from 'hono/utils/ipaddr'
import { clientAddress } from '../runtime/client-address.js'

/**
 * Which proxies stand in front: how many, or the addresses and CIDR ranges that they connect from.
 */
export type TrustProxy = number | readonly string[]

/** An IP address; an IPv4 address within IPv6 (`::ffff:192.0.2.1`) is one of IPv4. */
interface Address {
  /** 32 or 128. */
  readonly length: number
  readonly bits: bigint
}

interface Network extends Address {
  /** How many of the first bits count. */
  readonly prefix: number
}

const MAX_PROXIES = 100
/** `192.0.2.1:8080` and `[2001:db8::1]:8080`, as some proxies write. */
const WITH_PORT = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/

function parseAddress(text: string): Address | undefined {
  const [, bracketed, before] = WITH_PORT.exec(text) ?? []
  const address = bracketed ?? before ?? text
  try {
    if (!address.includes(':')) return { length: 32, bits: convertIPv4ToBinary(address) }
    const bits = convertIPv6ToBinary(address)
    return isIPv4MappedIPv6(bits) ? { length: 32, bits: convertIPv4MappedIPv6ToIPv4(bits) } : { length: 128, bits }
  } catch {
    return undefined
  }
}

function parseNetwork(text: unknown): Network {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(String(text)) ?? []
  const parsed = parseAddress(address)
  if (parsed) {
    // An IPv4 range may be written as one of IPv6: ::ffff:10.0.0.0/104.
    const offset = address.includes(':') ? 128 - parsed.length : 0
    const length = prefix === undefined ? parsed.length : Number(prefix) - offset
    if (length >= 0 && length <= parsed.length) return { ...parsed, prefix: length }
  }
  throw new TypeError(`rateLimit: trustProxy names ${JSON.stringify(text)}; give addresses and CIDR ranges such as "10.0.0.0/8"`)
}

const isWithin = (address: Address, { length, bits, prefix }: Network): boolean =>
  address.length === length && address.bits >> BigInt(length - prefix) === bits >> BigInt(length - prefix)

/** Who was passed on, as the proxies in front say it: the nearest proxy's word comes last. */
const forwardedFor = (c: Context): string[] => {
  const header = c.req.header('x-forwarded-for')
  return header === undefined ? [] : header.split(',').map((entry) => entry.trim())
}

/** The entry that the outermost of so many proxies has written. */
function behindProxies(c: Context, count: number): Address | undefined {
  const entries = forwardedFor(c)
  const entry = entries[entries.length - count] ?? entries[0]
  return entry === undefined ? undefined : parseAddress(entry)
}

/** The first address, from the connection outwards, that is not one of the proxies'. */
function beyondProxies(c: Context, connection: Address, proxies: readonly Network[]): Address {
  const entries = forwardedFor(c)
  let address = connection
  while (entries.length > 0 && proxies.some((proxy) => isWithin(address, proxy))) {
    const next = parseAddress(entries.pop() ?? '')
    if (!next) break
    address = next
  }
  return address
}

/** Whom an address counts as: of IPv6 one client has a whole /64 and may change within it at will. */
const toKey = ({ length, bits }: Address): string =>
  length === 32
    ? [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')
    : `${convertIPv6BinaryToString((bits >> 64n) << 64n)}/64`

/**
 * Makes the function that tells clients apart by their address; it gives `undefined` where that isn't known.
 * @throws {TypeError} where trustProxy isn't a number of proxies or a list of addresses
 */
export function createAddressKey(trustProxy: TrustProxy | undefined): (c: Context) => string | undefined {
  const connectionOf = (c: Context): Address | undefined => {
    const address = clientAddress(c)
    return address === undefined ? undefined : parseAddress(address)
  }
  const key = (address: Address | undefined): string | undefined => address && toKey(address)
  if (trustProxy === undefined) return (c) => key(connectionOf(c))
  if (Array.isArray(trustProxy) && trustProxy.length > 0) {
    const proxies = trustProxy.map(parseNetwork)
    return (c) => {
      const connection = connectionOf(c)
      return key(connection && beyondProxies(c, connection, proxies))
    }
  }
  if (typeof trustProxy === 'number' && Number.isInteger(trustProxy) && trustProxy >= 1 && trustProxy <= MAX_PROXIES) {
    // What is no address was not written by the proxy that should have: those clients count as the proxy that they come from.
    return (c) => key(behindProxies(c, trustProxy) ?? connectionOf(c))
  }
  throw new TypeError(
    `rateLimit: trustProxy is ${JSON.stringify(trustProxy)}; give the number of proxies in front, 1 to ${MAX_PROXIES}, or a list of their addresses`,
  )
}
