import { createServer } from 'node:http'
import { createRouter } from '@remix-run/fetch-router'
import { createRequestListener } from '@remix-run/node-fetch-server'
import {
  ALLOW_HEADERS,
  ALLOW_METHODS,
  accountOf,
  INTERNAL_ERROR,
  INVALID_ORDER,
  listenOn,
  NOT_FOUND,
  ORIGIN,
  sumOrder,
  TOKEN,
  UNAUTHORIZED,
} from './shared.mjs'

/** Remix's router on its own server. */

async function cors({ request }, next) {
  const headers = { vary: 'Origin', ...(request.headers.get('origin') === ORIGIN && { 'access-control-allow-origin': ORIGIN }) }
  if (request.method === 'OPTIONS') {
    const allowed = { 'access-control-allow-methods': ALLOW_METHODS, 'access-control-allow-headers': ALLOW_HEADERS }
    return new Response(null, { status: 204, headers: { ...headers, ...allowed } })
  }
  const response = await next()
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}

async function shapeErrors(_context, next) {
  try {
    return await next()
  } catch {
    return Response.json(INTERNAL_ERROR, { status: 500 })
  }
}

async function authenticate({ request }, next) {
  if (request.headers.get('authorization') !== `Bearer ${TOKEN}`) return Response.json(UNAUTHORIZED, { status: 401 })
  return next()
}

const router = createRouter({ defaultHandler: () => Response.json(NOT_FOUND, { status: 404 }) })
router.get('/ping', () => Response.json({ pong: true }))
router.get('/users/:id', ({ params }) => Response.json({ id: params.id }))
router.get('/search', ({ url }) => Response.json({ q: url.searchParams.get('q'), page: Number(url.searchParams.get('page')) }))
router.post('/orders', async ({ request }) => {
  const sum = sumOrder(await request.json().catch(() => undefined))
  return sum ? Response.json(sum) : Response.json(INVALID_ORDER, { status: 422 })
})
const account = {
  middleware: [cors, shapeErrors, authenticate],
  handler: ({ url }) => Response.json(accountOf(url.searchParams.get('fail') === '1')),
}
router.get('/account', account)
router.options('/account', account)

listenOn(createServer(createRequestListener((request) => router.fetch(request))))
