import { ALLOW_HEADERS, ALLOW_METHODS, INTERNAL_ERROR, ORIGIN, TOKEN, UNAUTHORIZED } from '../../adapters/shared.mjs'

type Handler<R extends Request> = (request: R) => Promise<Response>

const corsOf = (request: Request): Record<string, string> => ({
  vary: 'Origin',
  ...(request.headers.get('origin') === ORIGIN && { 'access-control-allow-origin': ORIGIN }),
})

/** CORS, a bearer token and one shape of errors around a handler, as files of Next.js have to do it by themselves. */
export function withChain<R extends Request>(handler: Handler<R>): Handler<R> {
  return async (request) => {
    const headers = corsOf(request)
    if (request.headers.get('authorization') !== `Bearer ${TOKEN}`) return Response.json(UNAUTHORIZED, { status: 401, headers })
    try {
      const response = await handler(request)
      for (const [name, value] of Object.entries(headers)) response.headers.append(name, value)
      return response
    } catch {
      return Response.json(INTERNAL_ERROR, { status: 500, headers })
    }
  }
}

/** Answers the preflight of a handler made by {@link withChain}. */
export async function preflight(request: Request): Promise<Response> {
  const allowed = { 'access-control-allow-methods': ALLOW_METHODS, 'access-control-allow-headers': ALLOW_HEADERS }
  return new Response(null, { status: 204, headers: { ...corsOf(request), ...allowed } })
}
