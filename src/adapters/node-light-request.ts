import { addMissingMembers } from './node-members.js'
import { areUntouched } from './node-request-headers.js'

type LightRequest = Request & Record<symbol, unknown>

/** Under which symbols a light request of @hono/node-server keeps its headers and its ways to abort and to the host's request. */
export interface LightRequestKeys {
  readonly headers: symbol
  readonly abort: symbol
  readonly toHost: symbol
}

/** What Next.js aborts a request's signal with. */
class ResponseAborted extends Error {
  override readonly name: string = 'ResponseAborted'
}

/** Brings the headers of the host's request, which were copied when it was made, up to date. */
function copyHeaders(from: Headers, to: Headers): void {
  const [wanted, found] = [[...from], [...to]]
  if (JSON.stringify(wanted) === JSON.stringify(found)) return
  for (const [name] of found) to.delete(name)
  for (const [name, value] of wanted) to.append(name, value)
}

/** Makes the prototype of light requests exact where it is looser than the host's. */
export function mendLightRequests(base: LightRequest, { abort, headers, toHost }: LightRequestKeys): void {
  const abortWith = base[abort] as (reason: unknown) => void
  const makeNative = base[toHost] as () => Request
  const made = new WeakSet<LightRequest>()
  Object.defineProperties(base, {
    [abort]: {
      value(this: LightRequest, reason: unknown): void {
        abortWith.call(this, typeof reason === 'string' ? new ResponseAborted(reason) : reason)
      },
    },
    [toHost]: {
      value(this: LightRequest): Request {
        const native = makeNative.call(this)
        const light = this[headers] as Headers | undefined
        if (light && made.has(this) && !areUntouched(light)) copyHeaders(light, native.headers)
        made.add(this)
        return native
      },
    },
  })
  addMissingMembers(base, toHost)
  // Getters keep what they make: asked of the prototype itself, they would give it to all requests.
  Object.preventExtensions(base)
}
