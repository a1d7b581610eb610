/** Where a host's light request tells of one header without making a Headers object of all. */
export const PEEK_HEADER: unique symbol = Symbol.for('everyroute.peekHeader@1') as never

interface Peekable {
  [PEEK_HEADER]?(lowerCaseName: string): string | null
}

/** A header of a request, as `request.headers.get` gives it. */
export function peekHeader(request: Request & Peekable, lowerCaseName: string): string | null {
  return request[PEEK_HEADER] ? request[PEEK_HEADER](lowerCaseName) : request.headers.get(lowerCaseName)
}
