/** Under which a host's light Response shows the headers that it was made with, as long as nobody has asked for more. */
export const PLAIN_HEADERS: unique symbol = Symbol.for('everyroute.plainHeaders') as never

/** Headers by lower-case name. */
export type PlainHeaders = Readonly<Record<string, string>>

/**
 * An answer's headers without the cost of a Headers object, which many answers never need.
 * @returns `undefined` where the answer is of another class, or its headers may have been changed
 */
export const plainHeadersOf = (response: Response): PlainHeaders | undefined =>
  (response as { [PLAIN_HEADERS]?: PlainHeaders })[PLAIN_HEADERS]
