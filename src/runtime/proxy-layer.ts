import type { ManifestFile } from '../routing/manifest.js'
import type { Arrival } from './arrival.js'
import type { RouterContext } from './context.js'
import type { LoadedProxy, ProxyOutcome } from './proxy.js'
import { FileLoader } from './route-loader.js'
import { strictUrl } from './strict-request.js'

declare const __EVERYROUTE_PROXY__: boolean | undefined

type Passed = Extract<ProxyOutcome, { kind: 'next' }>

/** What becomes of a request behind the proxy. */
export interface ProxyDecision {
  /** The proxy's own answer. */
  readonly response?: Response
  /** The request for the handler. */
  readonly request: Request
  /** The pathname whose file answers instead of the request's own. */
  readonly pathname?: string
  /** Headers that the answer gets. */
  readonly headers?: Headers
}

export interface ProxyLayer {
  readonly file: string
  /** @throws what the proxy threw, or its module while loading */
  decide(arrival: Arrival, path: string): Promise<ProxyDecision>
  /** Gives an answer the headers that the proxy added. */
  finish(response: Response, decision: ProxyDecision): Response
}

/** Loads the proxy's code with the first request: an application without one doesn't carry it. */
export function createProxyLayer(context: RouterContext, file: ManifestFile): ProxyLayer | undefined {
  if (typeof __EVERYROUTE_PROXY__ !== 'undefined' && !__EVERYROUTE_PROXY__) return undefined
  const loader = new FileLoader(file, context.development)
  let code: typeof import('./proxy.js') | undefined
  let proxy: LoadedProxy | undefined

  const follow = async (outcome: Passed, origin: string): Promise<ProxyDecision> => {
    const { headers, request, rewrite } = outcome
    if (!rewrite) return { request, headers }
    if (rewrite.origin !== origin) return { request, response: code!.addProxyHeaders(await code!.fetchRewrite(rewrite, request), headers) }
    return { request, headers, pathname: rewrite.pathname }
  }

  return {
    file: file.file,
    async decide(arrival, path) {
      const { serverOrigin } = arrival
      code ??= await import('./proxy.js')
      const request = code.toProxyRequest(arrival.request)
      proxy ??= code.readProxy(await loader.load(), file.file, context)
      if (!proxy.matches(path, request)) return { request }
      const own = new URL(request.url)
      const origin = (context.strict && serverOrigin) || own.origin
      const shown = context.strict ? strictUrl(own, serverOrigin) : request.url
      const outcome = await code.runProxy(proxy, context, request, shown, arrival.lifetime)
      return outcome.kind === 'response' ? { request, response: outcome.response } : follow(outcome, origin)
    },
    finish: (response, { headers }) => (headers ? code!.addProxyHeaders(response, headers) : response),
  }
}
