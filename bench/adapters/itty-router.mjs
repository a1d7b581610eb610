import { serve } from '@hono/node-server'
import { AutoRouter, json } from 'itty-router'
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

/** itty-router has no server of its own for Node.js. */

const PREFLIGHT = {
  'access-control-allow-origin': ORIGIN,
  'access-control-allow-methods': ALLOW_METHODS,
  'access-control-allow-headers': ALLOW_HEADERS,
}

// By hand: the library's corsify() makes a new answer, whose status is always 200.
function preflight({ method }) {
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: PREFLIGHT })
}

function authenticate(request) {
  if (request.headers.get('authorization') !== `Bearer ${TOKEN}`) return Response.json(UNAUTHORIZED, { status: 401 })
}

function addCors(response, request) {
  response.headers.set('vary', 'Origin')
  if (request.headers.get('origin') === ORIGIN) response.headers.set('access-control-allow-origin', ORIGIN)
  return response
}

const account = AutoRouter({
  base: '/account',
  before: [preflight, authenticate],
  finally: [json, addCors],
  catch: () => Response.json(INTERNAL_ERROR, { status: 500 }),
})
account.get('', ({ query }) => accountOf(query.fail === '1'))

const router = AutoRouter({ missing: () => Response.json(NOT_FOUND, { status: 404 }) })
router.get('/ping', () => ({ pong: true }))
router.get('/users/:id', ({ params }) => ({ id: decodeURIComponent(params.id) }))
router.get('/search', ({ query }) => ({ q: query.q, page: Number(query.page) }))
router.post(
  '/orders',
  async (request) => sumOrder(await request.json().catch(() => undefined)) ?? Response.json(INVALID_ORDER, { status: 422 }),
)
router.all('/account', account.fetch)

serve({ fetch: (request) => router.fetch(request), port: PORT, hostname: HOSTNAME })
