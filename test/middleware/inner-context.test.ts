import type { MiddlewareHandler } from 'hono/types'
import { describe, expect, test } from 'vitest'
import { defineHandler, withMiddleware } from '../../src/handler.js'
import type { ManifestFile, RouteModule } from '../../src/index.js'
import { errors } from '../../src/middleware/errors.js'
import { timeout } from '../../src/middleware/timeout.js'
import { after } from '../../src/next/server.js'
import { manifestOf, settled, setUp } from '../runtime/helpers.js'

const pass: MiddlewareHandler = async (_c, next) => {
  await next()
}
const deny: MiddlewareHandler = async (c) => c.text('no', 403)

/** A router of one route, behind the middleware of its folder. */
const behind = (chain: MiddlewareHandler[], module: RouteModule) => {
  const middleware: ManifestFile[] = [{ file: '_middleware.ts', load: async () => ({ default: chain }) }]
  const routes = manifestOf({ '/': module }).routes.map((route) => ({ ...route, middleware }))
  return setUp({}, {}, { routes }).app
}

const use = <V extends object>(name: string, value: unknown): MiddlewareHandler<{ Variables: V }> => {
  return async (c, next) => {
    c.set(name as never, value as never)
    await next()
  }
}

describe('a handler with middleware of its own, in a router', () => {
  test('answers too late where the folder has answered', async () => {
    const slow: MiddlewareHandler = async (_c, next) => {
      await next()
      await settled(80)
    }
    const GET = defineHandler({ use: [pass] }, async () => {
      await settled(50)
      return new Response('late', { headers: { 'x-late': '1' } })
    })
    const response = await behind([slow, timeout({ seconds: 0.02 })], { GET }).request('/')
    expect([response.status, response.headers.get('x-late')]).toEqual([504, null])
    expect(await response.json()).toEqual({ error: 'Gateway Timeout' })
  })

  test('leaves no header to the error of middleware around it', async () => {
    const failing: MiddlewareHandler = async (_c, next) => {
      await next()
      throw new Error('too bad')
    }
    const GET = defineHandler({ use: [pass] }, async () => new Response('x', { headers: { 'x-secret': '1', 'set-cookie': 'a=b' } }))
    const response = await behind([failing], { GET }).request('/')
    expect([response.status, response.headers.get('x-secret'), response.headers.getSetCookie()]).toEqual([500, null, []])
  })

  test('is answered whole behind app.use() where it gives work to after()', async () => {
    let ran = 0
    const GET = defineHandler({ use: [pass] }, async () => {
      after(() => void ran++)
      return new Response('x')
    })
    const { app } = setUp({ '/': { GET } })
    app.use(pass)
    expect(await (await app.request('/')).text()).toBe('x')
    await expect.poll(() => ran).toBe(1)
  })

  test('calls others, one after another and at once, whose answers are their own', async () => {
    const one = defineHandler({ use: [pass] }, async () => {
      await settled(5)
      return Response.json('one', { headers: { 'x-one': '1' } })
    })
    const denied = defineHandler({ use: [deny] }, async () => Response.json('never'))
    const GET = async (request: Request, context: never): Promise<Response> => {
      const inTurn = [await one(request, context), await denied(request, context)]
      const atOnce = await Promise.all([one(request, context), denied(request, context)])
      return Response.json([...inTurn, ...atOnce].map(({ status }) => status))
    }
    const response = await setUp({ '/': { GET } }).app.request('/')
    expect([await response.json(), response.headers.get('x-one')]).toEqual([[200, 403, 200, 403], null])
  })

  test('shares variables with the folder, both ways, and tells it of errors', async () => {
    const seen: unknown[] = []
    const outer: MiddlewareHandler = async (c, next) => {
      c.set('outer', 1)
      await next()
      seen.push(c.get('inner'))
    }
    const onError = (error: Error): void => void seen.push(error.message)
    const GET = defineHandler({ use: [use<{ inner: number }>('inner', 2)] }, async (_request, { c, var: { inner } }) =>
      Response.json([(c.var as Record<string, unknown>).outer, inner, c.env !== undefined]),
    )
    const POST = withMiddleware(pass)(async () => {
      throw new Error('too bad')
    })
    const app = behind([errors({ onError }), outer], { GET, POST })
    expect(await (await app.request('/', {}, {})).json()).toEqual([1, 2, true])
    expect((await app.request('/', { method: 'POST' })).status).toBe(500)
    expect(seen).toEqual([2, undefined, 'too bad'])
  })
})

describe.each(['in a router', 'natively'])('a wrapped handler, %s', (place) => {
  const call = (GET: (request: Request) => Promise<Response>): Response | Promise<Response> =>
    place === 'natively' ? GET(new Request('http://localhost/')) : setUp({ '/': { GET } }, { logError: () => {} }).app.request('/')

  test('knows what the wrapper has set', async () => {
    const inner = defineHandler({ use: [pass] }, async (_request, { c }) => Response.json(c.get('user' as never)))
    expect(await (await call(withMiddleware(use<{ user: string }>('user', 'Ada'))(inner))).json()).toBe('Ada')
  })

  test('tells the wrapper of its errors, which are answered as the wrapper presents them', async () => {
    const told: string[] = []
    const onError = (error: Error): void => void told.push(error.message)
    const inner = withMiddleware(pass, async () => {
      throw new Error('too bad')
    })(async () => new Response())
    const response = await call(withMiddleware(errors({ format: 'problem', onError }))(inner))
    expect([response.status, response.headers.get('content-type'), told]).toEqual([500, 'application/problem+json', ['too bad']])
  })
})
