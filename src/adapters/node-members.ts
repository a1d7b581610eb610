/** A symbol by which an object of @hono/node-server keeps something. */
export const symbolOf = (object: object, description: string): symbol | undefined =>
  Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description)

type Light = Body & Record<symbol, () => Record<string, unknown>>

const bytes = {
  configurable: true,
  writable: true,
  async value(this: Light): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer())
  },
}

/**
 * Adds to a light prototype of @hono/node-server what it lacks of the host's, such as `bytes()`: inherited from there, a member would
 * throw, for it looks for what only the host's own objects have.
 * @param toHost under which symbol it makes the host's object
 */
export function addMissingMembers(light: object, toHost: symbol): void {
  for (let host = Object.getPrototypeOf(light); host !== Object.prototype; host = Object.getPrototypeOf(host)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(host))) {
      if (Object.hasOwn(light, name)) continue
      if (name === 'bytes') Object.defineProperty(light, name, bytes)
      else if (get) {
        const member = {
          configurable: true,
          get(this: Light): unknown {
            return this[toHost]!()[name]
          },
        }
        Object.defineProperty(light, name, member)
      }
    }
  }
}
