import { rawPathname } from './incoming.js'

/** Where a host's light request keeps the URL that it has made, and the raw path in it. */
export const MADE_URL: unique symbol = Symbol.for('everyroute.madeUrl@1') as never
export const MADE_PATH: unique symbol = Symbol.for('everyroute.madePath@1') as never

interface Slots {
  readonly [MADE_URL]?: string | undefined
  readonly [MADE_PATH]?: string
}

/** The raw path of a request's URL. What the host knows of it counts only for the URL that it has made: another may stand before it. */
export function pathnameOf(request: Request & Slots): string {
  const { url } = request
  return url === request[MADE_URL] ? request[MADE_PATH]! : rawPathname(url)
}
