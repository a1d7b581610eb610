declare global {
  namespace Cloudflare {
    /** What the Worker is given; `wrangler types` writes it. */
    interface Env {}
  }
}

/** Bindings as `wrangler types` declares them; variables of the environment where nothing is declared. */
export type HostEnv = keyof Cloudflare.Env extends never ? Readonly<Record<string, string | undefined>> : Readonly<Cloudflare.Env>

interface EnvHolder {
  bindings: object | undefined
  /** The bindings of the request being answered, where a test gives it some of its own. */
  ofRequest?: () => object | undefined
}

const KEY: unique symbol = Symbol.for('everyroute.env@1') as never

const holders = globalThis as unknown as { [KEY]?: EnvHolder }

/** One holder per process, so that two copies of the package share it. */
const holder: EnvHolder = (holders[KEY] ??= { bindings: undefined })

const host = globalThis as { navigator?: { userAgent?: string }; process?: { env?: object } }

/** Whether this runs in workerd, which gives bindings to an entry module alone. */
export const isWorkers: boolean = host.navigator?.userAgent === 'Cloudflare-Workers'

/** Makes bindings known to {@link env}, for all requests: they are the same for each. */
export function provideEnv(bindings: object): void {
  holder.bindings = bindings
}

/** Lets {@link env} ask for bindings of single requests first. For tests alone: it costs every call. */
export function provideEnvByRequest(ofRequest: () => object | undefined): void {
  holder.ofRequest = ofRequest
}

/** Takes over the bindings that a host without `process.env` hands out with its requests. */
export function noticeEnv(bindings: unknown): void {
  if (isWorkers && holder.bindings === undefined && typeof bindings === 'object' && bindings !== null) holder.bindings = bindings
}

/**
 * What the host gives the application to work with: on Cloudflare Workers the bindings (D1, KV, R2, secrets, variables), on
 * Node.js, Bun, Deno and in Next.js `process.env`. May be called in handlers and, where the Worker is made by `everyroute/workers`,
 * while modules load.
 * @typeParam Env the names that the caller asks for. Default: what `wrangler types` declares, else any name, as text.
 * @throws {Error} in a Worker that isn't made by `everyroute/workers`, before its first request
 */
export function env<Env extends object = HostEnv>(): Env {
  const bindings = holder.ofRequest?.() ?? holder.bindings
  if (bindings !== undefined) return bindings as Env
  if (isWorkers) {
    throw new Error(
      "env() was called before the Worker's first request. Call it in a handler, or make the Worker by createWorker of everyroute/workers.",
    )
  }
  return (host.process?.env ?? {}) as Env
}
