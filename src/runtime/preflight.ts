import type { RouteModule } from '../routing/manifest.js'
import { compose } from './compose.js'
import { DEFINITION, type HandlerHost, middlewareOf, PREFLIGHT } from './handler-host.js'
import { handlerFor } from './methods.js'

interface Defined {
  readonly [DEFINITION]?: { readonly options?: { readonly use?: unknown } }
}

/**
 * The answer to a CORS preflight whose method has a handler with middleware of its own that answers preflights; `undefined` for
 * any other request.
 * @param rest answers where the middleware doesn't
 */
export function answerPreflight(
  module: RouteModule,
  request: Request,
  host: HandlerHost,
  rest: () => Response,
): Promise<Response> | undefined {
  const method = request.method === 'OPTIONS' && request.headers.get('access-control-request-method')
  if (!method) return undefined
  const definition = (handlerFor(module, method) as Defined | undefined)?.[DEFINITION]
  const answering = middlewareOf(definition?.options?.use).filter((one) => PREFLIGHT in one)
  return answering.length > 0 ? compose(answering)(host.c, rest, host.answerError) : undefined
}
