import { serve } from '@hono/node-server'
import {
  ALLOW_HEADERS,
  ALLOW_METHODS,
  accountOf,
  HOSTNAME,
  INTERNAL_ERROR,
  INVALID_ORDER,
  NOT_FOUND,
  ORIGIN,
  PORT,
  sumOrder,
  TOKEN,
  UNAUTHORIZED,
} from './shared.mjs'

/** A fetch handler by hand on the server that Hono uses too: what no framework on it can do better. */

const CORS = { 'access-control-allow-origin': ORIGIN, vary: 'Origin' }
const PREFLIGHT = { ...CORS, 'access-control-allow-methods': ALLOW_METHODS, 'access-control-allow-headers': ALLOW_HEADERS }

const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })

function answerAccount(request, query) {
  const cors = request.headers.get('origin') === ORIGIN ? CORS : { vary: 'Origin' }
  if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: PREFLIGHT })
  if (request.headers.get('authorization') !== `Bearer ${TOKEN}`) {
    return json(UNAUTHORIZED, 401, { ...cors, 'www-authenticate': 'Bearer' })
  }
  try {
    return json(accountOf(query === 'fail=1'), 200, cors)
  } catch {
    return json(INTERNAL_ERROR, 500, cors)
  }
}

async function answerOrder(request) {
  const sum = sumOrder(await request.json().catch(() => undefined))
  return sum ? json(sum) : json(INVALID_ORDER, 422)
}

function answer(request) {
  const { url } = request
  const start = url.indexOf('/', 8)
  const mark = url.indexOf('?', start)
  const path = mark === -1 ? url.slice(start) : url.slice(start, mark)
  const query = mark === -1 ? '' : url.slice(mark + 1)
  if (path === '/ping') return json({ pong: true })
  if (path.startsWith('/users/')) return json({ id: decodeURIComponent(path.slice(7)) })
  if (path === '/search') {
    const params = new URLSearchParams(query)
    return json({ q: params.get('q'), page: Number(params.get('page')) })
  }
  if (path === '/orders' && request.method === 'POST') return answerOrder(request)
  if (path === '/account') return answerAccount(request, query)
  return json(NOT_FOUND, 404)
}

serve({ fetch: answer, port: PORT, hostname: HOSTNAME })
