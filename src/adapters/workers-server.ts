import { HAS_DIRECT } from '../runtime/features.js'

/** How a client has reached the server. */
interface Reached {
  readonly port: number
  readonly protocol: 'http' | 'https'
}

let last: Reached | undefined
/** The last URL up to the slash that ends its authority: nothing behind changes what stands in front of it. */
let start: string | undefined

/**
 * The port and protocol of a request's URL. The last one's are kept: making a URL costs more than the rest.
 * @throws {TypeError} where it is no URL
 */
export function reachedBy(url: string): Reached {
  if (HAS_DIRECT && start && url.startsWith(start)) return last!
  const { port, protocol } = new URL(url)
  last = { port: Number(port || (protocol === 'https:' ? 443 : 80)), protocol: protocol.slice(0, -1) as 'http' | 'https' }
  if (HAS_DIRECT) start = /^https?:..[^/\\]+\//.exec(url)?.[0]
  return last
}
