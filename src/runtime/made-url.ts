import { rawPathname } from './incoming.js'

/** Where a host's light request tells the raw path of the URL that it has made itself. */
export const MADE_PATH: unique symbol = Symbol.for('everyroute.madePath@1') as never

interface MayTell {
  /** @returns `undefined` for any other URL */
  [MADE_PATH]?(url: string): string | undefined
}

/** The raw path of a request's URL. What the host knows of it counts only for the URL that it has made: another may stand before it. */
export function pathnameOf(request: Request & MayTell): string {
  const { url } = request
  return request[MADE_PATH]?.(url) ?? rawPathname(url)
}
